import { createHash } from 'node:crypto'
import type { BatchEntry, DeviceEvent } from '@stillwatch/contract/road.ts'
import { MINUTE_MS } from '@stillwatch/contract/time.ts'
import { clear, raise, raiseMomentary } from './conditions.ts'
import type { Draft } from './fleet.ts'
import type { GatewayHealth } from './gateway-health.ts'
import { watchedAt } from './watch-clock.ts'

interface Bench {
  draft: Draft
  newId: () => string
}

/** A trouble that is a moment, not a state, counts as over when it has not come back for this long. */
export const QUIET_MS = 10 * MINUTE_MS

/** Takes what a gateway says about itself. */
export function judgeSelf(bench: Bench, gateway: GatewayHealth, entry: BatchEntry): void {
  gateway.spoolDepth = entry.samples?.spool_depth_count ?? gateway.spoolDepth
  gateway.clockOffsetMs = entry.samples?.clock_offset_ms ?? gateway.clockOffsetMs
  for (const event of entry.events ?? []) judgeSelfEvent(bench, gateway, event)
}

function judgeSelfEvent(bench: Bench, gateway: GatewayHealth, event: DeviceEvent): void {
  switch (event.kind) {
    case 'ear_deaf':
      raise(
        bench.draft,
        gateway.id,
        gateway,
        { code: earCode(event), since: event.at, evidence: earEvidence(event) },
        bench.newId,
      )
      break
    case 'ear_hears':
      clear(bench.draft, gateway.id, gateway, earCode(event), event.at)
      break
    case 'gateway_restarting':
    case 'batches_refused':
      raiseForAWhile(bench, gateway, event, event.kind)
      break
    case 'data_dropped':
      raiseForAWhile(bench, gateway, event, 'data_gap')
      break
  }
}

/** One deaf ear is one condition: the ear's name may be an address, so a short hash of it stands in the code. */
function earCode(event: DeviceEvent): string {
  const ear = String(event.data?.ear ?? 'unnamed')
  return `ear_deaf.${createHash('sha256').update(ear).digest('hex').slice(0, 8)}`
}

function earEvidence(event: DeviceEvent): string {
  const { ear, detail, reason } = event.data ?? {}
  return `${ear ?? 'A listener'} cannot be heard: ${detail ?? reason ?? 'link lost'}`
}

function raiseForAWhile(
  { draft, newId }: Bench,
  gateway: GatewayHealth,
  event: DeviceEvent,
  code: string,
): void {
  const evidence = String(event.data?.detail ?? event.kind.replaceAll('_', ' '))
  const clears = watchedAt(gateway.clock, event.at) + QUIET_MS
  const wanted = { code, since: event.at, evidence }
  raiseMomentary(draft, gateway.id, gateway, wanted, clears, newId)
}
