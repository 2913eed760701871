import { Group, Stack } from '@mantine/core'
import type { CheckResult } from '@stillwatch/contract/road.ts'
import { IconCheck, IconX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { valueText } from '../../format/value.ts'
import { Ago } from '../../parts/times.tsx'

/** The latest result of each check: what came back, when, and how long it took. */
export function Checks({ checks }: { checks: CheckResult[] }) {
  const { t, i18n } = useTranslation()
  if (checks.length === 0) return <div className="quiet">{t('device.noChecks')}</div>
  return (
    <Stack gap="xs">
      {checks.map((check) => (
        <div key={check.check}>
          <Group gap={8}>
            {check.ok ? (
              <IconCheck size={18} color="var(--state-up)" aria-hidden />
            ) : (
              <IconX size={18} color="var(--state-down)" aria-hidden />
            )}
            <strong>{check.check}</strong>
            <span>{check.ok ? t('check.ok') : t(`check.${check.reason ?? 'failed'}`)}</span>
            <span className="quiet">
              <Ago at={check.at} /> · {valueText(check.tookMs, 'ms', i18n.language)}
            </span>
          </Group>
          {check.detail && <div className="quiet preformatted">{check.detail}</div>}
        </div>
      ))}
    </Stack>
  )
}
