import { Button, Group, SimpleGrid, Stack } from '@mantine/core'
import type { Site } from '@stillwatch/contract/api/sites.ts'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useChange } from '../../data/changes.ts'
import { endpoints } from '../../data/endpoints.ts'
import { mayDo } from '../../data/permissions.ts'
import { queries } from '../../data/queries.ts'
import { useUser } from '../../data/session.tsx'
import { AddGateway } from '../../parts/add-gateway.tsx'
import { DeviceRow } from '../../parts/device-row.tsx'
import { FormModal } from '../../parts/form-modal.tsx'
import { GatewayRow } from '../../parts/gateway-row.tsx'
import { HealthBar, HealthWords } from '../../parts/health-bar.tsx'
import { LinkButton, TextLink } from '../../parts/links.tsx'
import { Empty, PageFrame, Section } from '../../parts/page.tsx'
import { SiteFields } from '../../parts/site-form.tsx'
import { TicketRow } from '../../parts/ticket-row.tsx'
import { Loaded } from '../../parts/trouble.tsx'

const SHOWN = 10
/** What is not well comes first; who is up is one link away. */
const notUp = 'down,unreachable,suspect,degraded,unknown'

export default function SitePage() {
  const { id = '' } = useParams({ strict: false })
  const site = useQuery(queries.site(id))
  return <Loaded query={site}>{(data) => <SiteView site={data} />}</Loaded>
}

function SiteView({ site }: { site: Site }) {
  const { t } = useTranslation()
  const { role } = useUser()
  return (
    <PageFrame title={site.name} actions={mayDo(role, 'addSite') && <EditSite site={site} />}>
      <Section>
        <Group justify="space-between">
          <HealthWords counts={site.counts} />
          <span className="quiet">{site.timeZone}</span>
        </Group>
        <HealthBar counts={site.counts} />
      </Section>
      <Section
        flush
        title={t('overview.wrong')}
        aside={
          <TextLink to="/tickets" search={{ site: site.id }}>
            {t('overview.all')}
          </TextLink>
        }
      >
        <SiteTickets siteId={site.id} />
      </Section>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Section
          flush
          title={t('site.notUp')}
          aside={
            <TextLink to="/devices" search={{ site: site.id }}>
              {t('site.allDevices')}
            </TextLink>
          }
        >
          <SiteDevices siteId={site.id} />
        </Section>
        <Stack gap="sm">
          <Section flush title={t('nav.gateways')}>
            <SiteGateways siteId={site.id} />
          </Section>
          {mayDo(role, 'setUpGateway') && (
            <Group>
              <AddGateway siteId={site.id} />
            </Group>
          )}
        </Stack>
      </SimpleGrid>
    </PageFrame>
  )
}

function SiteTickets({ siteId }: { siteId: string }) {
  const { t } = useTranslation()
  const tickets = useQuery(queries.tickets({ site: siteId, state: 'open', limit: SHOWN }))
  return (
    <Loaded query={tickets} rows={2}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty>{t('overview.nothingWrong')}</Empty>
        ) : (
          items.map((ticket) => <TicketRow key={ticket.id} ticket={ticket} />)
        )
      }
    </Loaded>
  )
}

function SiteDevices({ siteId }: { siteId: string }) {
  const { t } = useTranslation()
  const devices = useQuery(queries.devices({ site: siteId, state: notUp, limit: SHOWN }))
  return (
    <Loaded query={devices}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty
            action={
              <LinkButton variant="default" to="/devices" search={{ site: siteId }}>
                {t('site.allDevices')}
              </LinkButton>
            }
          >
            {t('site.noneNotUp')}
          </Empty>
        ) : (
          items.map((device) => <DeviceRow key={device.id} device={device} compact />)
        )
      }
    </Loaded>
  )
}

function SiteGateways({ siteId }: { siteId: string }) {
  const { t } = useTranslation()
  const gateways = useQuery(queries.gateways({ site: siteId }))
  return (
    <Loaded query={gateways} rows={1}>
      {({ items }) =>
        items.length === 0 ? (
          <Empty>{t('site.noGateway')}</Empty>
        ) : (
          items.map((gateway) => <GatewayRow key={gateway.id} gateway={gateway} />)
        )
      }
    </Loaded>
  )
}

function EditSite({ site }: { site: Site }) {
  const { t } = useTranslation()
  const [opened, setOpened] = useState(false)
  const [draft, setDraft] = useState({ name: site.name, timeZone: site.timeZone })
  const save = useChange((patch: typeof draft) => endpoints.changeSite(site.id, patch), 'sites')
  return (
    <>
      <Button variant="default" size="sm" onClick={() => setOpened(true)}>
        {t('action.edit')}
      </Button>
      <FormModal
        title={t('form.editTitle', { name: site.name })}
        submitText={t('action.save')}
        mutation={save}
        input={draft}
        opened={opened}
        onClose={() => setOpened(false)}
      >
        <SiteFields site={draft} onChange={setDraft} />
      </FormModal>
    </>
  )
}
