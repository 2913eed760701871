import { Button, NativeSelect, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../data/changes.ts'
import { endpoints } from '../data/endpoints.ts'
import { useEnrolmentCodes } from '../data/enrolment-codes.ts'
import { FormModal } from './form-modal.tsx'
import { useSites } from './site-name.tsx'

/** Adds a gateway at a site, and leads to its page, which shows the code and the command. */
export function AddGateway({ siteId }: { siteId?: string }) {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const sites = useSites()
  const { keep } = useEnrolmentCodes()
  const [opened, setOpened] = useState(false)
  const [chosen, setChosen] = useState<string>()
  const [name, setName] = useState('')
  const site = siteId ?? chosen ?? sites.data?.items[0]?.id ?? ''
  const add = useChange(
    async (gateway: { site: string; name: string }) => {
      const code = await endpoints.addGateway(gateway.site, gateway.name)
      keep(code)
      await navigate({ to: `/gateways/${code.id}` })
    },
    'gateways',
    'sites',
  )
  return (
    <>
      <Button size="sm" leftSection={<IconPlus size={16} />} onClick={() => setOpened(true)}>
        {t('firstSteps.gateway.action')}
      </Button>
      <FormModal
        title={t('firstSteps.gateway.action')}
        submitText={t('action.add')}
        mutation={add}
        input={{ site, name: name.trim() }}
        opened={opened}
        onClose={() => setOpened(false)}
      >
        {siteId === undefined && (
          <NativeSelect
            label={t('ticket.site')}
            data={(sites.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
            value={site}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
        <TextInput
          label={t('field.name')}
          description={t('gateways.nameHelp')}
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
      </FormModal>
    </>
  )
}
