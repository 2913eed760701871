import { watchDefaults } from '@stillwatch/contract/health.ts'
import { MINUTE_MS, SECOND_MS } from '@stillwatch/contract/time.ts'

/** How a device stands when its check has just ended. Milliseconds of one monotonic time line. */
export interface Standing {
  now: number
  intervalMs: number
  windowMs: number
  /** One of the regular times of this device. */
  gridAt: number
  /** When it first failed to answer; absent while it answers. */
  firstMissAt?: number
  /** Checks ended since the outage became a long one. */
  longOutageChecks: number
}

/** An outage is long from here on: the device is asked less and less often. */
export const LONG_OUTAGE_MS = 10 * MINUTE_MS
const SLOWEST_INTERVALS = 5
const SLOWEST_MS = 120 * SECOND_MS
const CLOSEST_SHARE = 0.25

/** How often a device is asked: two checks fit into its silence window, or one lost packet would make it silent. */
export const pollEveryMs = (intervalMs: number, windowMs: number): number =>
  Math.min(intervalMs, Math.max(SECOND_MS, windowMs / 2))

/** How long to wait in a long outage: doubling, but never longer than the silence window. */
export function backoffMs(intervalMs: number, windowMs: number, longOutageChecks: number): number {
  const slowest = Math.min(SLOWEST_INTERVALS * intervalMs, SLOWEST_MS, windowMs)
  return Math.max(intervalMs, Math.min(intervalMs * 2 ** Math.min(longOutageChecks, 10), slowest))
}

/** When to ask next: fast after a first miss, slowly in a long outage, otherwise on the device's own grid. */
export function nextCheckAt(standing: Standing): number {
  const { now, windowMs, firstMissAt } = standing
  const everyMs = pollEveryMs(standing.intervalMs, windowMs)
  if (firstMissAt !== undefined && now - firstMissAt >= LONG_OUTAGE_MS)
    return now + backoffMs(everyMs, windowMs, standing.longOutageChecks)
  const soonest = now + everyMs * CLOSEST_SHARE
  const onGrid = standing.gridAt + Math.ceil((soonest - standing.gridAt) / everyMs) * everyMs
  if (firstMissAt === undefined) return onGrid
  const recheck = watchDefaults.recheckAfterS.map((s) => firstMissAt + s * SECOND_MS).find((at) => at > now)
  return recheck === undefined ? onGrid : Math.min(recheck, onGrid)
}
