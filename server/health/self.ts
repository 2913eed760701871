import { createHash } from 'node:crypto'
import type { Sentence } from '@stillwatch/contract/api/common.ts'
import type { BatchEntry, DeviceEvent } from '@stillwatch/contract/road.ts'
import { say } from '@stillwatch/contract/sentences.ts'
import { MINUTE_MS } from '@stillwatch/contract/time.ts'
import { clear, type Raise, raise, raiseMomentary } from './conditions.ts'
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
    case 'batches_refused': {
      const evidence = say(`evidence.${event.kind}`, { detail: String(event.data?.detail ?? event.kind) })
      raiseForAWhile(bench, gateway, { code: event.kind, since: event.at, evidence })
      break
    }
    case 'data_dropped': {
      const evidence = say('evidence.data_dropped', { count: event.data?.batches ?? 1 })
      raiseForAWhile(bench, gateway, { code: 'data_gap', since: event.at, evidence })
      break
    }
  }
}

/** One deaf ear is one condition: the ear's name may be an address, so a short hash of it stands in the code. */
function earCode(event: DeviceEvent): string {
  const ear = String(event.data?.ear ?? 'unnamed')
  return `ear_deaf.${createHash('sha256').update(ear).digest('hex').slice(0, 8)}`
}

function earEvidence(event: DeviceEvent): Sentence {
  const { ear = 'unnamed', reason = '', detail = 'link lost' } = event.data ?? {}
  return say('evidence.ear_deaf', { ear, reason, detail })
}

function raiseForAWhile({ draft, newId }: Bench, gateway: GatewayHealth, wanted: Raise): void {
  const clears = watchedAt(gateway.clock, wanted.since) + QUIET_MS
  raiseMomentary(draft, gateway.id, gateway, wanted, clears, newId)
}
