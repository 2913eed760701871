import { Button, Text } from '@mantine/core'
import type { Device } from '@stillwatch/contract/api/devices.ts'
import { IconPencil, IconTrash } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { mayDo } from '../../data/permissions.ts'
import { useUser } from '../../data/session.tsx'
import { FormModal } from '../../parts/form-modal.tsx'
import { LinkButton } from '../../parts/links.tsx'

export function DeviceActions({ device }: { device: Device }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { role } = useUser()
  const [removing, setRemoving] = useState(false)
  const remove = useChange(
    async (id: string) => {
      await endpoints.removeDevice(id)
      await navigate({ to: '/devices' })
    },
    'devices',
    'sites',
    'gateways',
  )
  if (!mayDo(role, 'setUpDevice')) return null
  return (
    <>
      <LinkButton
        to={`/devices/${device.id}/edit`}
        variant="default"
        size="sm"
        leftSection={<IconPencil size={16} />}
      >
        {t('action.edit')}
      </LinkButton>
      <Button
        variant="default"
        size="sm"
        leftSection={<IconTrash size={16} />}
        onClick={() => setRemoving(true)}
      >
        {t('action.remove')}
      </Button>
      <FormModal
        title={t('device.removeTitle', { name: device.name })}
        submitText={t('action.remove')}
        danger
        mutation={remove}
        input={device.id}
        opened={removing}
        onClose={() => setRemoving(false)}
      >
        <Text>{t('device.removeText')}</Text>
      </FormModal>
    </>
  )
}
