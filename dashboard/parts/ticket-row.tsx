import type { TicketSummary } from '@stillwatch/contract/api/tickets.ts'
import { isOpen } from '@stillwatch/contract/ticket.ts'
import { useTranslation } from 'react-i18next'
import { LevelBadge, TicketStateBadge } from './badges.tsx'
import { RowLink } from './links.tsx'
import { useWords } from './sentences.ts'
import { SiteName } from './site-name.tsx'
import css from './ticket-row.module.css'
import { Ago, Lasting } from './times.tsx'

/** A ticket in one line: how bad, what, where, since when, how many behind it, and who has it. */
export function TicketRow({ ticket }: { ticket: TicketSummary }) {
  const { t } = useTranslation()
  const words = useWords()
  return (
    <RowLink to={`/tickets/${ticket.id}`}>
      <div className={css.row}>
        <span className={css.level}>
          <LevelBadge level={ticket.level} />
        </span>
        <div className={`grow ${css.what}`}>
          <div className={css.title}>{words.sentence(ticket.titleSentence)}</div>
          <div className={`quiet ${css.where}`}>
            <span>{t('ticket.number', { number: ticket.number })}</span>
            <SiteName id={ticket.siteId} />
            {ticket.affectedCount > 0 && (
              <strong>{t('ticket.affectedCount', { count: ticket.affectedCount })}</strong>
            )}
            {ticket.resolvesItselfAt && (
              <span>
                {t('ticket.answersAgain')} <Lasting at={ticket.resolvesItselfAt} />
              </span>
            )}
          </div>
        </div>
        <div className={`side ${css.side}`}>
          <TicketStateBadge state={ticket.state} />
          <div className="quiet">
            {isOpen(ticket.state) ? (
              <Lasting at={ticket.faultSince} />
            ) : (
              <Ago at={ticket.resolvedAt ?? ticket.updatedAt} />
            )}
          </div>
        </div>
      </div>
    </RowLink>
  )
}
