import type { LinkState } from '@stillwatch/contract/api/gateways.ts'
import type { ActiveCondition } from './device-health.ts'
import type { WatchClock } from './watch-clock.ts'

/** One gateway as the road knows it. Everything but `clock`, `unadopted` and the last two is in the records. */
export interface GatewayHealth {
  id: string
  tenantId: string
  siteId: string
  name: string
  /** Granted at enrolment; 0 before. */
  epoch: number
  lastApplied: number
  lastHash: string | null
  link: LinkState
  linkSince: number | null
  /** The device list it has said it works with. */
  appliedGeneration: number | null
  appliedVersion: number | null
  software: string | null
  refused: Readonly<Record<string, number>>
  conditions: ReadonlyMap<string, ActiveCondition>

  clock: WatchClock
  /** Highest number of this session's hello; tickets wait until it is applied. Null without a session. */
  helloNewest: number | null

  spoolDepth: number | null
  clockOffsetMs: number | null
}

/** Everything that was spooled before this session began has been applied: what is wrong now is wrong now. */
export const isCaughtUp = (gateway: GatewayHealth): boolean =>
  gateway.helloNewest !== null && gateway.lastApplied >= gateway.helloNewest
