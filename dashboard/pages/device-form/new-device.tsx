import { NewDevice } from '@stillwatch/contract/api/devices.ts'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { useFilters } from '../../data/filters.ts'
import { LinkButton } from '../../parts/links.tsx'
import { Empty, PageFrame, Section } from '../../parts/page.tsx'
import { useGateways, useSites } from '../../parts/site-name.tsx'
import { Loaded } from '../../parts/trouble.tsx'
import { emptyDraft } from './device-draft.ts'
import { DeviceForm } from './device-form.tsx'

export default function NewDevicePage() {
  const { t } = useTranslation()
  const { search } = useFilters()
  const navigate = useNavigate()
  const sites = useSites()
  const gateways = useGateways()
  const add = useChange(
    async (device: NewDevice) => {
      const { id } = await endpoints.addDevice(device)
      await navigate({ to: `/devices/${id}` })
    },
    'devices',
    'sites',
    'gateways',
  )
  return (
    <PageFrame title={t('devices.add')}>
      <Loaded query={sites}>
        {() => (
          <Loaded query={gateways}>
            {({ items }) => {
              const gateway = items.find(({ id }) => id === search.gateway) ?? items[0]
              if (!gateway)
                return (
                  <Section>
                    <Empty action={<LinkButton to="/gateways">{t('firstSteps.gateway.action')}</LinkButton>}>
                      {t('form.needsGateway')}
                    </Empty>
                  </Section>
                )
              return (
                <DeviceForm
                  start={{ ...emptyDraft, siteId: gateway.siteId, gatewayId: gateway.id }}
                  schema={NewDevice}
                  submitText={t('devices.add')}
                  pending={add.isPending}
                  error={add.error}
                  onSubmit={(body) => add.mutate(body as NewDevice)}
                />
              )
            }}
          </Loaded>
        )}
      </Loaded>
    </PageFrame>
  )
}
