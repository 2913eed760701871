import { Group, Stack } from '@mantine/core'
import type { DeviceSummary } from '@stillwatch/contract/api/devices.ts'
import { deviceKinds } from '@stillwatch/contract/device.ts'
import { healthStates } from '@stillwatch/contract/health.ts'
import { IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Page } from '../../data/endpoints.ts'
import { useFilters } from '../../data/filters.ts'
import { mayDo } from '../../data/permissions.ts'
import { queries } from '../../data/queries.ts'
import { useUser } from '../../data/session.tsx'
import { DeviceRow } from '../../parts/device-row.tsx'
import { LinkButton } from '../../parts/links.tsx'
import { ChipsFilter, ChoiceFilter, SearchFilter } from '../../parts/list-filters.tsx'
import { Empty, PageFrame, Section } from '../../parts/page.tsx'
import { Pager, ROWS } from '../../parts/pager.tsx'
import { useGateways, useSites } from '../../parts/site-name.tsx'
import { useStillList } from '../../parts/still-list.ts'
import { Loaded } from '../../parts/trouble.tsx'

export default function DevicesPage() {
  const { t } = useTranslation()
  const { search } = useFilters()
  const mayAdd = mayDo(useUser().role, 'setUpDevice')
  const devices = useQuery({
    ...queries.devices({ ...search, page: undefined, limit: ROWS }),
    // The age of the last sign of life changes without the state changing.
    refetchInterval: 15_000,
  })
  return (
    <PageFrame
      title={t('nav.devices')}
      actions={
        mayAdd && (
          <LinkButton to="/devices/new" size="sm" leftSection={<IconPlus size={16} />}>
            {t('devices.add')}
          </LinkButton>
        )
      }
    >
      <DeviceFilters />
      <Loaded query={devices} rows={8}>
        {(page) => <DeviceList page={page} />}
      </Loaded>
    </PageFrame>
  )
}

function DeviceFilters() {
  const { t } = useTranslation()
  const sites = useSites()
  const gateways = useGateways()
  const named = (items: { id: string; name: string }[] | undefined) =>
    (items ?? []).map(({ id, name }) => ({ value: id, label: name }))
  return (
    <Stack gap="sm">
      <ChipsFilter
        name="state"
        options={healthStates.map((state) => ({ value: state, label: t(`state.${state}`) }))}
      />
      <Group gap="sm">
        <SearchFilter placeholder={t('devices.search')} />
        <ChoiceFilter
          name="kind"
          all={t('devices.allKinds')}
          options={deviceKinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
        />
        <ChoiceFilter name="site" all={t('list.allSites')} options={named(sites.data?.items)} />
        <ChoiceFilter name="gateway" all={t('devices.allGateways')} options={named(gateways.data?.items)} />
      </Group>
    </Stack>
  )
}

function DeviceList({ page }: { page: Page<DeviceSummary> }) {
  const { t } = useTranslation()
  const { search } = useFilters()
  const { shown, fresh, hold } = useStillList(page.items)
  if (shown.length === 0) {
    const narrowed = Object.values(search).some((value) => value !== undefined)
    return (
      <Section>
        {narrowed ? (
          <Empty
            action={
              <LinkButton to="/devices" variant="default">
                {t('action.clearFilters')}
              </LinkButton>
            }
          >
            {t('list.noMatch')}
          </Empty>
        ) : (
          <Empty action={<LinkButton to="/devices/new">{t('devices.add')}</LinkButton>}>
            {t('devices.none')}
          </Empty>
        )}
      </Section>
    )
  }
  return (
    <Stack gap="sm">
      <Section flush>
        <div {...hold}>
          {shown.map((device) => (
            <DeviceRow key={device.id} device={device} />
          ))}
        </div>
      </Section>
      {fresh > 0 && <div role="status">{t('list.fresh', { count: fresh })}</div>}
      <Pager page={page} />
    </Stack>
  )
}
