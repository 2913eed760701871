import { Group, SegmentedControl, Stack } from '@mantine/core'
import type { TicketSummary } from '@stillwatch/contract/api/tickets.ts'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Page } from '../../data/endpoints.ts'
import { useFilters } from '../../data/filters.ts'
import { queries } from '../../data/queries.ts'
import { ChoiceFilter, SearchFilter } from '../../parts/list-filters.tsx'
import { Empty, PageFrame, Section } from '../../parts/page.tsx'
import { Pager, ROWS } from '../../parts/pager.tsx'
import { useSites } from '../../parts/site-name.tsx'
import { useStillList } from '../../parts/still-list.ts'
import { TicketRow } from '../../parts/ticket-row.tsx'
import { Loaded } from '../../parts/trouble.tsx'

export default function TicketsPage() {
  const { t } = useTranslation()
  const { search, set } = useFilters()
  const sites = useSites()
  const state = search.state ?? 'open'
  const filter = { ...search, state: state === 'all' ? undefined : state, page: undefined, limit: ROWS }
  const tickets = useQuery(queries.tickets(filter))
  return (
    <PageFrame title={t('nav.tickets')}>
      <Group gap="sm">
        <SegmentedControl
          value={state}
          onChange={(value) => set({ state: value === 'open' ? undefined : value })}
          data={(['open', 'closed', 'all'] as const).map((value) => ({
            value,
            label: t(`tickets.${value}`),
          }))}
        />
        <SearchFilter placeholder={t('tickets.search')} />
        <ChoiceFilter
          name="site"
          all={t('list.allSites')}
          options={(sites.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        />
      </Group>
      <Loaded query={tickets}>{(page) => <TicketList page={page} open={state === 'open'} />}</Loaded>
    </PageFrame>
  )
}

function TicketList({ page, open }: { page: Page<TicketSummary>; open: boolean }) {
  const { t } = useTranslation()
  const { shown, fresh, hold } = useStillList(page.items)
  const { search } = useFilters()
  const narrowed = search.q !== undefined || search.site !== undefined
  return (
    <Stack gap="sm">
      <Section flush>
        <div {...hold}>
          {shown.map((ticket) => (
            <TicketRow key={ticket.id} ticket={ticket} />
          ))}
        </div>
        {shown.length === 0 && (
          <Empty>
            {narrowed ? t('list.noMatch') : open ? t('overview.nothingWrong') : t('overview.noneResolved')}
          </Empty>
        )}
      </Section>
      {fresh > 0 && <div role="status">{t('list.fresh', { count: fresh })}</div>}
      <Pager page={page} />
    </Stack>
  )
}
