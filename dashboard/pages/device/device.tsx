import { Alert, Group, SimpleGrid, Stack } from '@mantine/core'
import type { Device } from '@stillwatch/contract/api/devices.ts'
import { IconInfoCircle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useLive } from '../../data/live.tsx'
import { queries } from '../../data/queries.ts'
import { StateBadge } from '../../parts/badges.tsx'
import { TextLink } from '../../parts/links.tsx'
import { PageFrame, Section } from '../../parts/page.tsx'
import { useWords } from '../../parts/sentences.ts'
import { SiteName, useGateways } from '../../parts/site-name.tsx'
import { Ago } from '../../parts/times.tsx'
import { Loaded } from '../../parts/trouble.tsx'
import { AskNow } from './ask-now.tsx'
import { Charts } from './charts.tsx'
import { Checks } from './checks.tsx'
import { Conditions } from './conditions.tsx'
import { DeviceActions } from './device-actions.tsx'
import { DeviceTickets } from './device-tickets.tsx'
import { Identity } from './identity.tsx'
import { LiveValues } from './live-values.tsx'
import { Neighbours } from './neighbours.tsx'
import { TimelineList } from './timeline-list.tsx'

export default function DevicePage() {
  const { id = '' } = useParams({ strict: false })
  // Signs of life and checks come more often than the server pushes whole devices.
  const device = useQuery({ ...queries.device(id), refetchInterval: 5_000 })
  const { watch, connected } = useLive()
  useEffect(() => {
    if (connected) watch([id])
    return () => watch([])
  }, [id, connected, watch])
  return <Loaded query={device}>{(data) => <DeviceView key={data.id} device={data} />}</Loaded>
}

function DeviceView({ device }: { device: Device }) {
  const { t } = useTranslation()
  const words = useWords()
  return (
    <PageFrame title={device.name} actions={<DeviceActions device={device} />}>
      <StateSentence device={device} />
      {device.warnings.map((warning) => (
        <Alert key={warning.key} variant="light" color="yellow" icon={<IconInfoCircle />}>
          {words.sentence(warning)}
        </Alert>
      ))}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <Stack gap="lg">
          {device.conditions.length > 0 && (
            <Section title={t('device.conditions')}>
              <Conditions conditions={device.conditions} />
            </Section>
          )}
          <Section title={t('device.values')} flush>
            <LiveValues device={device} />
          </Section>
          <Section title={t('device.checks')}>
            <Stack gap="sm">
              <Checks checks={device.checks} />
              <AskNow deviceId={device.id} />
            </Stack>
          </Section>
        </Stack>
        <Stack gap="lg">
          <Section title={t('device.tickets')} flush>
            <DeviceTickets deviceId={device.id} />
          </Section>
          <Section title={t('device.timeline')}>
            <TimelineList deviceId={device.id} />
          </Section>
          <Section title={t('device.identity')}>
            <Identity device={device} />
          </Section>
          <Neighbours device={device} />
        </Stack>
      </SimpleGrid>
      <Charts device={device} />
    </PageFrame>
  )
}

/** Before any figure: what state it is in and why, then what and where it is. */
function StateSentence({ device }: { device: Device }) {
  const { t } = useTranslation()
  const words = useWords()
  const gateways = useGateways()
  const gateway = gateways.data?.items.find(({ id }) => id === device.gatewayId)
  return (
    <Section>
      <Group gap="md" wrap="nowrap" align="flex-start">
        <StateBadge state={device.state} />
        <Stack gap={4}>
          <div className="big">{words.sentence(device.reason)}</div>
          <Group gap="4px 14px" className="quiet">
            <span>{t(`kind.${device.kind}`)}</span>
            <TextLink to={`/sites/${device.siteId}`}>
              <SiteName id={device.siteId} />
            </TextLink>
            <TextLink to={`/gateways/${device.gatewayId}`}>{gateway?.name ?? t('device.gateway')}</TextLink>
            <span>{device.address}</span>
            <span>
              {t('device.lastEvidence')}{' '}
              {device.lastEvidenceAt ? <Ago at={device.lastEvidenceAt} /> : t('time.never')}
            </span>
          </Group>
        </Stack>
      </Group>
    </Section>
  )
}
