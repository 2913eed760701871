import { Button, Text, TextInput } from '@mantine/core'
import type { Gateway } from '@stillwatch/contract/api/gateways.ts'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { FormModal } from '../../parts/form-modal.tsx'

export function GatewayActions({ gateway }: { gateway: Gateway }) {
  return (
    <>
      <Rename gateway={gateway} />
      <Remove gateway={gateway} />
    </>
  )
}

function Rename({ gateway }: { gateway: Gateway }) {
  const { t } = useTranslation()
  const [opened, setOpened] = useState(false)
  const [name, setName] = useState(gateway.name)
  const rename = useChange((to: string) => endpoints.changeGateway(gateway.id, { name: to }), 'gateways')
  return (
    <>
      <Button variant="default" size="sm" onClick={() => setOpened(true)}>
        {t('action.edit')}
      </Button>
      <FormModal
        title={t('form.editTitle', { name: gateway.name })}
        submitText={t('action.save')}
        mutation={rename}
        input={name.trim()}
        opened={opened}
        onClose={() => setOpened(false)}
      >
        <TextInput
          label={t('field.name')}
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </FormModal>
    </>
  )
}

function Remove({ gateway }: { gateway: Gateway }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const [opened, setOpened] = useState(false)
  const remove = useChange(
    async (id: string) => {
      await endpoints.removeGateway(id)
      await navigate({ to: '/gateways' })
    },
    'gateways',
    'sites',
  )
  return (
    <>
      <Button variant="default" size="sm" onClick={() => setOpened(true)}>
        {t('action.remove')}
      </Button>
      <FormModal
        title={t('gateway.removeTitle', { name: gateway.name })}
        submitText={t('action.remove')}
        danger
        mutation={remove}
        input={gateway.id}
        opened={opened}
        onClose={() => setOpened(false)}
      >
        <Text>{t('gateway.removeText')}</Text>
      </FormModal>
    </>
  )
}
