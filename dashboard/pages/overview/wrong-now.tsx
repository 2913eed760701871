import type { TicketSummary } from '@stillwatch/contract/api/tickets.ts'
import { IconCircleCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Page } from '../../data/endpoints.ts'
import { queries } from '../../data/queries.ts'
import { LinkButton } from '../../parts/links.tsx'
import { Empty } from '../../parts/page.tsx'
import { useStillList } from '../../parts/still-list.ts'
import { TicketRow } from '../../parts/ticket-row.tsx'
import { Loaded } from '../../parts/trouble.tsx'
import css from './overview.module.css'

const SHOWN = 20

/** One row per open cause, the worst first, the newest of the same level first. */
export function WrongNow() {
  const open = useQuery(queries.tickets({ state: 'open', limit: SHOWN }))
  return <Loaded query={open}>{(page) => <OpenCauses page={page} />}</Loaded>
}

function OpenCauses({ page }: { page: Page<TicketSummary> }) {
  const { t } = useTranslation()
  const { shown, fresh, hold } = useStillList(page.items.toSorted(worstFirst))
  if (shown.length === 0)
    return (
      <Empty>
        <IconCircleCheck size={36} color="var(--state-up)" aria-hidden />
        <div className="big">{t('overview.nothingWrong')}</div>
      </Empty>
    )
  return (
    <div {...hold}>
      {shown.map((ticket) => (
        <TicketRow key={ticket.id} ticket={ticket} />
      ))}
      {fresh > 0 && (
        <div className={css.fresh} role="status">
          {t('list.fresh', { count: fresh })}
        </div>
      )}
      {page.total > page.items.length && (
        <Empty
          action={<LinkButton to="/tickets">{t('overview.allTickets', { count: page.total })}</LinkButton>}
        >
          {t('overview.onlySome', { shown: page.items.length })}
        </Empty>
      )}
    </div>
  )
}

const worstFirst = (a: TicketSummary, b: TicketSummary): number =>
  a.level - b.level || b.openedAt.localeCompare(a.openedAt)
