import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import { Empty } from '../../parts/page.tsx'
import { TicketRow } from '../../parts/ticket-row.tsx'
import { Loaded } from '../../parts/trouble.tsx'

const SHOWN = 5

export function JustResolved() {
  const { t } = useTranslation()
  const closed = useQuery(queries.tickets({ state: 'closed', limit: SHOWN }))
  return (
    <Loaded query={closed}>
      {(page) =>
        page.items.length === 0 ? (
          <Empty>{t('overview.noneResolved')}</Empty>
        ) : (
          page.items.map((ticket) => <TicketRow key={ticket.id} ticket={ticket} />)
        )
      }
    </Loaded>
  )
}
