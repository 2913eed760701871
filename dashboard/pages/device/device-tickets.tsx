import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { queries } from '../../data/queries.ts'
import { Empty } from '../../parts/page.tsx'
import { TicketRow } from '../../parts/ticket-row.tsx'
import { Loaded } from '../../parts/trouble.tsx'

const SHOWN = 5

export function DeviceTickets({ deviceId }: { deviceId: string }) {
  const { t } = useTranslation()
  const tickets = useQuery(queries.tickets({ device: deviceId, limit: SHOWN }))
  return (
    <Loaded query={tickets} rows={1}>
      {(page) =>
        page.items.length === 0 ? (
          <Empty>{t('device.noTickets')}</Empty>
        ) : (
          page.items.map((ticket) => <TicketRow key={ticket.id} ticket={ticket} />)
        )
      }
    </Loaded>
  )
}
