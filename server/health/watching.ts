import type { Draft } from './fleet.ts'
import { skipDeafness, skipUnwatched } from './fold.ts'
import type { GatewayHealth } from './gateway-health.ts'
import {
  beginSpan,
  isSameSpan,
  moveWatermark,
  type SpanMark,
  unwatchedTails,
  watchedThrough,
} from './watch-clock.ts'

/**
 * How a gateway's watching moves on. These steps and `foldEntry` are all that replaying the journal needs: what they change is rebuilt from
 * it after a restart, in the same way.
 */

/** Enters the span of a batch or beat. */
export function enterSpan(draft: Draft, gateway: GatewayHealth, mark: SpanMark): void {
  if (isSameSpan(gateway.clock, mark)) return
  for (const [deviceId, tailMs] of unwatchedTails(gateway.clock)) {
    const device = ownDevice(draft, gateway, deviceId)
    if (device) skipUnwatched(device, tailMs)
  }
  gateway.clock = beginSpan(gateway.clock, mark)
}

/** A device is watched from the first batch under a list that names it for this gateway; its clock starts there. */
export function adopt(draft: Draft, gateway: GatewayHealth, version: number): void {
  for (const deviceId of [...draft.fleet.unadoptedOf(gateway.id)]) {
    const seen = draft.peek(deviceId)
    const named = seen?.setup.assignments.some(
      (row) => row.gatewayId === gateway.id && row.to === null && row.from <= version,
    )
    if (!seen || seen.adopted || !named) continue
    const device = draft.device(deviceId)
    if (!device) continue
    device.adopted = true
    device.evidenceWatched = watchedThrough(gateway.clock)
    draft.fleet.lookAgain(deviceId)
  }
}

/** Moves the watermark and replaces the held set. */
export function vouch(
  draft: Draft,
  gateway: GatewayHealth,
  through: number,
  held: ReadonlyMap<string, number>,
): void {
  const before = gateway.clock.held
  gateway.clock = moveWatermark(gateway.clock, through, held)
  for (const [deviceId, since] of before) {
    if (held.has(deviceId)) continue
    const device = ownDevice(draft, gateway, deviceId)
    if (device?.setup.listenedOnly) skipDeafness(device, since, gateway.clock)
  }
}

function ownDevice(draft: Draft, gateway: GatewayHealth, deviceId: string) {
  const seen = draft.peek(deviceId)
  return seen?.setup.gatewayId === gateway.id ? draft.device(deviceId) : undefined
}
