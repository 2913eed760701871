import type { LinkState } from '@stillwatch/contract/api/gateways.ts'
import type { HealthState, Level } from '@stillwatch/contract/health.ts'
import type { TicketState } from '@stillwatch/contract/ticket.ts'
import { useTranslation } from 'react-i18next'
import css from './badges.module.css'
import { linkLooks, stateIcons } from './state-look.ts'

const ICON_PX = 15

export function StateBadge({ state }: { state: HealthState }) {
  const { t } = useTranslation()
  const Icon = stateIcons[state]
  return (
    <span className={`${css.badge} ${css[state]}`}>
      <Icon size={ICON_PX} aria-hidden />
      {t(`state.${state}`)}
    </span>
  )
}

export function LinkBadge({ link }: { link: LinkState }) {
  const { t } = useTranslation()
  const { icon: Icon, like } = linkLooks[link]
  return (
    <span className={`${css.badge} ${css[like]}`}>
      <Icon size={ICON_PX} aria-hidden />
      {t(`link.${link}`)}
    </span>
  )
}

export function LevelBadge({ level }: { level: number }) {
  const { t } = useTranslation()
  return (
    <span className={`${css.badge} ${css.level} ${css[`level${level}`]}`}>
      {t(`level.${level as Level}`)}
    </span>
  )
}

export function TicketStateBadge({ state }: { state: TicketState }) {
  const { t } = useTranslation()
  return <span className={`${css.badge} ${css.plain}`}>{t(`ticketState.${state}`)}</span>
}
