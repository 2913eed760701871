import { deflateSync, inflateSync } from 'node:zlib'
import type { CheckResult } from '@stillwatch/contract/road.ts'
import { assignedFrom, type CheckTrack, type DeviceHealth } from './device-health.ts'
import type { Fleet } from './fleet.ts'
import type { WatchClock } from './watch-clock.ts'

/** The half of a gateway's state that is nowhere in the records: its watch clock and the signs of life of its devices. */
export interface WatchingState {
  clock: WatchClock
  devices: readonly EvidenceState[]
}

export interface EvidenceState {
  id: string
  /** The assignment it was measured under: what another owner measured, or this one in an earlier stay, means nothing today. */
  assignedFrom: number | null
  adopted: boolean
  evidenceAt: number | null
  evidenceWatched: number
  missAt: number | null
  missWatched: number
  missSpan: number
  missCount: number
  lastMiss: CheckResult | null
  checks: readonly CheckTrack[]
  listeningFrom: number
  lostUntil: number
}

export function evidenceOf(device: DeviceHealth): EvidenceState {
  const { adopted, evidenceAt, evidenceWatched, missAt, missWatched, missSpan, missCount } = device
  const { setup, lastMiss, checks, listeningFrom, lostUntil } = device
  return {
    ...{ id: setup.id, assignedFrom: assignedFrom(setup) },
    ...{ adopted, evidenceAt, evidenceWatched, missAt, missWatched, missSpan, missCount },
    ...{ lastMiss, checks, listeningFrom, lostUntil },
  }
}

/** The state of one gateway as bytes, with everything that has been applied so far. */
export function freeze(fleet: Fleet, gatewayId: string): Uint8Array | undefined {
  const gateway = fleet.gateways.get(gatewayId)
  if (!gateway) return undefined
  const devices = [...fleet.devicesOf(gatewayId)].flatMap((id) => {
    const device = fleet.devices.get(id)
    return device ? [evidenceOf(device)] : []
  })
  const clock = { ...gateway.clock, held: [...gateway.clock.held] }
  return deflateSync(JSON.stringify({ clock, devices }), { level: 1 })
}

export function thaw(state: Uint8Array): WatchingState {
  const { clock, devices } = JSON.parse(inflateSync(state).toString('utf8'))
  return { clock: { ...clock, held: new Map(clock.held) }, devices }
}
