import type { LinkState } from '@stillwatch/contract/api/gateways.ts'
import type { HealthState } from '@stillwatch/contract/health.ts'
import {
  type Icon,
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconClockQuestion,
  IconLinkOff,
  IconPlugConnected,
  IconPlugX,
  IconProgressDown,
  IconQuestionMark,
  IconShieldQuestion,
} from '@tabler/icons-react'

/** The icon of each state; its colour is the token `--state-<state>` of style.css, its word `state.<state>` of the locales. */
export const stateIcons = {
  up: IconCircleCheck,
  degraded: IconAlertTriangle,
  suspect: IconClockQuestion,
  down: IconCircleX,
  unreachable: IconLinkOff,
  unknown: IconQuestionMark,
} as const satisfies Record<HealthState, Icon>

/** How a gateway's link looks: its icon, and the state whose colours it borrows. */
export const linkLooks = {
  not_enrolled: { icon: IconPlugX, like: 'unknown' },
  connected: { icon: IconPlugConnected, like: 'up' },
  catching_up: { icon: IconProgressDown, like: 'suspect' },
  lost: { icon: IconPlugX, like: 'down' },
  fenced: { icon: IconShieldQuestion, like: 'unreachable' },
} as const satisfies Record<LinkState, { icon: Icon; like: HealthState }>
