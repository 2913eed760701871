import { Group } from '@mantine/core'
import type { Device } from '@stillwatch/contract/api/devices.ts'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import { StateBadge } from '../../parts/badges.tsx'
import { TextLink } from '../../parts/links.tsx'
import { Section } from '../../parts/page.tsx'

/** More are counted, not loaded. */
const MOST = 12

/** What it depends on, and what depends on it. Nothing where there is neither. */
export function Neighbours({ device }: { device: Device }) {
  const { t } = useTranslation()
  return (
    <>
      {device.dependsOn.length > 0 && (
        <Section title={t('device.dependsOn')}>
          <Names ids={device.dependsOn} />
        </Section>
      )}
      {device.behind.length > 0 && (
        <Section title={t('device.behind', { count: device.behind.length })}>
          <Names ids={device.behind} />
        </Section>
      )}
    </>
  )
}

function Names({ ids }: { ids: string[] }) {
  const { t } = useTranslation()
  return (
    <Group gap="8px 18px">
      {ids.slice(0, MOST).map((id) => (
        <DeviceName key={id} id={id} />
      ))}
      {ids.length > MOST && <span className="quiet">{t('device.more', { count: ids.length - MOST })}</span>}
    </Group>
  )
}

function DeviceName({ id }: { id: string }) {
  const device = useQuery(queries.device(id))
  if (!device.data) return null
  return (
    <Group gap={8}>
      <StateBadge state={device.data.state} />
      <TextLink to={`/devices/${id}`}>{device.data.name}</TextLink>
    </Group>
  )
}
