import type { TicketEvent } from '@stillwatch/contract/api/tickets.ts'
import { IconRobot, IconUser } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useWords } from '../../parts/sentences.ts'
import { Moment } from '../../parts/times.tsx'
import css from './events.module.css'

/** What happened, oldest first. What a person did and what the machine did look different. */
export function Events({ events }: { events: TicketEvent[] }) {
  return (
    <ol className={css.events}>
      {events.map((event) => (
        <Event key={event.seq} event={event} />
      ))}
    </ol>
  )
}

function Event({ event }: { event: TicketEvent }) {
  const { t } = useTranslation()
  const words = useWords()
  const machine = event.actor === 'system'
  const said = event.sentence ? words.sentence(event.sentence) : words.text(event.text)
  const moved = event.kind === 'transition' && event.from && event.to
  return (
    <li className={machine ? css.machine : css.person}>
      <span className={css.mark}>
        {machine ? <IconRobot size={17} aria-hidden /> : <IconUser size={17} aria-hidden />}
      </span>
      <div className={css.body}>
        <div className={css.who}>
          <strong>{machine ? t('product') : (event.by ?? t(`actor.${event.actor}`))}</strong>
          {!machine && event.by && <span className="quiet">{t(`actor.${event.actor}`)}</span>}
          <span className="quiet">
            <Moment at={event.at} />
          </span>
        </div>
        {event.kind !== 'comment' && (
          <div className={css.what}>
            {moved
              ? t('event.moved', {
                  from: t(`ticketState.${event.from ?? 'new'}`),
                  to: t(`ticketState.${event.to ?? 'new'}`),
                })
              : t(`event.${event.kind}`)}
          </div>
        )}
        {said && <div className="preformatted">{said}</div>}
      </div>
    </li>
  )
}
