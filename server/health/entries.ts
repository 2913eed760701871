import type { BatchEntry } from '@stillwatch/contract/road.ts'
import { MINUTE_MS } from '@stillwatch/contract/time.ts'
import { type DeviceSetup, ownedAt } from './device-health.ts'

const FUTURE_MS = 5 * MINUTE_MS

/** Why an entry is left out while the rest of its batch goes on. Counted by gateway and reason. */
export type EntryRefusal = 'schema' | 'unknown_device' | 'foreign_device' | 'future' | 'too_old'

/** When a message arrived, and how far back its times may lie. */
export interface Arrival {
  receivedAt: number
  retentionMs: number
}

export interface Acceptance extends Arrival {
  gatewayId: string
  /** The list version the batch was taken under; today's when that list is not known. */
  version: number | 'today'
}

/** Whether a time is one that entries may have. A watermark that is not vouches for nothing: what was said then had to be refused. */
export const isCredible = (at: number, { receivedAt, retentionMs }: Arrival): boolean =>
  at <= receivedAt + FUTURE_MS && at >= receivedAt - retentionMs

/** Undefined when the entry is good. An entry of a gateway about itself needs no device. */
export function refuseEntry(
  entry: BatchEntry,
  setup: DeviceSetup | undefined,
  rules: Acceptance,
): EntryRefusal | undefined {
  if (latestTimeIn(entry) > rules.receivedAt + FUTURE_MS) return 'future'
  if (entry.t < rules.receivedAt - rules.retentionMs) return 'too_old'
  if (entry.id === rules.gatewayId) return undefined
  if (!setup) return 'unknown_device'
  return ownedAt(setup, rules.gatewayId, rules.version) ? undefined : 'foreign_device'
}

function latestTimeIn(entry: BatchEntry): number {
  const checks = entry.checks ?? []
  const events = entry.events ?? []
  return Math.max(
    entry.t,
    entry.evidenceAt ?? 0,
    ...checks.map((check) => check.at),
    ...events.map((event) => event.at),
  )
}
