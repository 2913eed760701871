import { Alert, Button, Stack } from '@mantine/core'
import type { Gateway } from '@stillwatch/contract/api/gateways.ts'
import { IconShieldQuestion } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { Trouble } from '../../parts/trouble.tsx'

/** Two machines said they were this gateway: a person has to look before one goes on. */
export function Fenced({ gateway }: { gateway: Gateway }) {
  const { t } = useTranslation()
  const confirm = useChange((id: string) => endpoints.changeGateway(id, { confirmCloned: true }), 'gateways')
  return (
    <Alert color="violet" variant="light" icon={<IconShieldQuestion />} title={t('fenced.title')}>
      <Stack gap="sm" align="flex-start">
        {t('fenced.text')}
        <Button size="xs" loading={confirm.isPending} onClick={() => confirm.mutate(gateway.id)}>
          {t('fenced.confirm')}
        </Button>
        <Trouble error={confirm.error} />
      </Stack>
    </Alert>
  )
}
