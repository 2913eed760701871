import { Group, Stack } from '@mantine/core'
import type { Condition } from '@stillwatch/contract/api/devices.ts'
import { useTranslation } from 'react-i18next'
import { LevelBadge } from '../../parts/badges.tsx'
import { TextLink } from '../../parts/links.tsx'
import { useWords } from '../../parts/sentences.ts'
import { Lasting, Moment } from '../../parts/times.tsx'

export function Conditions({ conditions }: { conditions: Condition[] }) {
  const { t } = useTranslation()
  const words = useWords()
  return (
    <Stack gap="md">
      {conditions.map((condition) => (
        <div key={condition.code}>
          <Group gap="sm">
            <LevelBadge level={condition.level} />
            <strong>{words.condition(condition.code)}</strong>
            {condition.ticketId && (
              <TextLink to={`/tickets/${condition.ticketId}`}>{t('device.itsTicket')}</TextLink>
            )}
          </Group>
          <div className="quiet">
            {t('device.since')} <Moment at={condition.since} />
            {condition.clearsAt && (
              <>
                {' · '}
                {t('device.clearsIn')} <Lasting at={condition.clearsAt} />
              </>
            )}
          </div>
          {condition.evidence && <div>{words.sentence(condition.evidence)}</div>}
        </div>
      ))}
    </Stack>
  )
}
