import type { Sentence } from '@stillwatch/contract/api/common.ts'
import type { MetricLimit } from '@stillwatch/contract/api/devices.ts'
import type { HealthState } from '@stillwatch/contract/health.ts'
import type { CheckResult } from '@stillwatch/contract/road.ts'

/** What the server knows of how a device is set up; changes only when somebody edits the device. */
export interface DeviceSetup {
  id: string
  gatewayId: string
  tenantId: string
  siteId: string
  name: string
  kind: string
  windowMs: number
  recoveryHoldMs: number
  /** Speaks for itself and is never asked. */
  listenedOnly: boolean
  dependsOn: readonly string[]
  limits: readonly MetricLimit[]
  /** Which gateway owned it, by configuration version: [from, to). */
  assignments: readonly { gatewayId: string; from: number; to: number | null }[]
}

export interface CheckTrack {
  last: CheckResult
  /** When it began to fail without a break; null while it succeeds. */
  failingSince: number | null
  failingWatched: number
}

export interface LimitTrack {
  code: string
  /** When the value crossed the edge that counts now (the limit while clear, the clearing edge while active); null when it has not. */
  crossedAt: number | null
}

/** A condition that has not ended. */
export interface ActiveCondition {
  id: string
  code: string
  level: number
  /** Event time. */
  since: number
  evidence: Sentence
  /** Set while the fault looks gone and the recovery hold runs. */
  recoveredAt: number | null
  /** Watched time at which it ends; null while a miss has stopped the hold. */
  clearsWatched: number | null
}

/**
 * One device. The evidence half is rebuilt from checkpoint and journal; the verdict half is in the records, changed in the same
 * transaction as its cause.
 */
export interface DeviceHealth {
  setup: DeviceSetup

  /** Its owner has begun to watch it under a list that names it. */
  adopted: boolean
  /** Latest sign of life, event time. */
  evidenceAt: number | null
  /** The same on the watch clock; watched time of adoption before the first sign. */
  evidenceWatched: number
  /** First unanswered check since the latest sign of life. */
  missAt: number | null
  missWatched: number
  /** `spanIndex` of the latest unanswered check. */
  missSpan: number
  missCount: number
  lastMiss: CheckResult | null
  checks: readonly CheckTrack[]
  /** Watched time since which its ear has heard without a break, if that is later than the start of the span. */
  listeningFrom: number
  /** Watched time until which signs of life may have been lost on the way: nothing before it counts against the device. */
  lostUntil: number

  state: HealthState
  /** Event time. */
  since: number
  reason: Sentence
  /** Nothing before this watched time counts against it: its ancestor has just come back, or its owner has just been told of it. */
  restartedWatched: number | null
  limitTracks: readonly LimitTrack[]
  conditions: ReadonlyMap<string, ActiveCondition>
  facts: ReadonlyMap<string, string | boolean>
}

/** Watched time after which the device is silent. */
export const deadlineWatched = (device: DeviceHealth): number =>
  Math.max(device.evidenceWatched, device.lostUntil, device.restartedWatched ?? 0) + device.setup.windowMs

/** The list version from which its present owner has it; null when nobody has. */
export const assignedFrom = (setup: DeviceSetup): number | null =>
  setup.assignments.find((row) => row.gatewayId === setup.gatewayId && row.to === null)?.from ?? null

/** Its ancestor is back and it has not shown a sign of life since: nobody can tell yet whether it is well. */
export const isAwaited = (device: DeviceHealth): boolean =>
  device.state === 'suspect' &&
  device.restartedWatched !== null &&
  device.evidenceWatched <= device.restartedWatched

/** Who owned a device when a gateway's list had this version. A list from before a restore is read as today's. */
export function ownedAt(setup: DeviceSetup, gatewayId: string, version: number | 'today'): boolean {
  if (version === 'today') return setup.gatewayId === gatewayId
  return setup.assignments.some(
    (row) => row.gatewayId === gatewayId && row.from <= version && (row.to === null || version < row.to),
  )
}
