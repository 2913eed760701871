import { Button, Group } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { mayDo } from '../../data/permissions.ts'
import { useUser } from '../../data/session.tsx'
import { Trouble } from '../../parts/trouble.tsx'
import { Checks } from './checks.tsx'

/** Asks the device out of turn and shows what it said; the server answers within 5 s. */
export function AskNow({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation()
  const { role } = useUser()
  const ask = useChange((id: string) => endpoints.checkNow(id), 'devices', 'series')
  if (!mayDo(role, 'checkNow')) return null
  return (
    <>
      <Group gap="sm">
        <Button
          variant="light"
          size="xs"
          leftSection={<IconRefresh size={16} />}
          loading={ask.isPending}
          onClick={() => ask.mutate(deviceId)}
        >
          {t('device.askNow')}
        </Button>
        {ask.isPending && <span className="quiet">{t('device.asking')}</span>}
        {ask.data && <strong>{t('device.answered')}</strong>}
      </Group>
      {ask.data && <Checks checks={ask.data.checks} />}
      <Trouble error={ask.error} />
    </>
  )
}
