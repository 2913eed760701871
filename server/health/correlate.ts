import { watchDefaults } from '@stillwatch/contract/health.ts'
import { SECOND_MS } from '@stillwatch/contract/time.ts'
import { type DeviceHealth, deadlineWatched } from './device-health.ts'

const HOLD_MS = watchDefaults.correlationHoldS * SECOND_MS
const ANCESTOR_HOLD_MS = watchDefaults.ancestorHoldS * SECOND_MS

export type Cause =
  /** Its own fault: every path to it is proven alive after its first miss, or nothing could be learnt in time. */
  | { is: 'down' }
  /** Everything it hangs on is down. */
  | { is: 'unreachable'; because: string }
  /** Not yet: an ancestor has not been heard since, and the hold still runs. */
  | { is: 'undecided'; about: readonly string[] }

/**
 * Why a device is silent. Alive must be newer than the child's first miss, because both may have died in between; down needs no newer
 * proof (road-protocol, section 6). Several ancestors are redundant paths. `watched` is the child's own watched time.
 */
export function findCause(child: DeviceHealth, ancestors: readonly DeviceHealth[], watched: number): Cause {
  const known = ancestors.filter((ancestor) => ancestor.evidenceAt !== null)
  if (known.some((ancestor) => isProvenAlive(ancestor, child))) return { is: 'down' }
  const open = known.filter((ancestor) => !isDown(ancestor))
  const because = known.find(isDown)
  if (open.length === 0) return because ? { is: 'unreachable', because: because.setup.id } : { is: 'down' }
  if (watched >= holdEnds(child, open)) return { is: 'down' }
  return { is: 'undecided', about: open.map((ancestor) => ancestor.setup.id) }
}

const isDown = (device: DeviceHealth): boolean => device.state === 'down' || device.state === 'unreachable'

function isProvenAlive(ancestor: DeviceHealth, child: DeviceHealth): boolean {
  if (ancestor.setup.gatewayId !== child.setup.gatewayId)
    return (ancestor.evidenceAt ?? 0) > (child.missAt ?? Number.POSITIVE_INFINITY)
  return ancestor.evidenceWatched > firstMissWatched(child)
}

/** A device that is only listened to misses nothing it was asked; its ancestors are probed one hold before its deadline. */
const firstMissWatched = (child: DeviceHealth): number =>
  child.missAt === null
    ? deadlineWatched(child) - HOLD_MS
    : Math.max(child.missWatched, child.restartedWatched ?? 0)

function holdEnds(child: DeviceHealth, open: readonly DeviceHealth[]): number {
  const suspects = open.filter(
    (ancestor) => ancestor.missAt !== null && ancestor.setup.gatewayId === child.setup.gatewayId,
  )
  return Math.max(
    deadlineWatched(child) + HOLD_MS,
    ...suspects.map((ancestor) => deadlineWatched(ancestor) + ANCESTOR_HOLD_MS),
  )
}

/** Two silent children and three failed questions: the ancestor need not wait for its own deadline. */
export const isCondemned = (ancestor: DeviceHealth, silentChildren: number, spanIndex: number): boolean =>
  ancestor.missAt !== null &&
  ancestor.missCount >= 3 &&
  ancestor.missSpan === spanIndex &&
  silentChildren >= 2
