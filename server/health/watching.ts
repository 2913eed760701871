import type { BatchEnvelope, Beat } from '@stillwatch/contract/road.ts'
import { assignedFrom, type DeviceHealth } from './device-health.ts'
import { type Arrival, isCredible } from './entries.ts'
import type { Draft } from './fleet.ts'
import { skipUnwatched } from './fold.ts'
import type { GatewayHealth } from './gateway-health.ts'
import {
  beginSpan,
  isContinued,
  isSameSpan,
  moveWatermark,
  type SpanMark,
  unwatchedTails,
  type WatchClock,
  watchedAt,
  watchedThrough,
} from './watch-clock.ts'

/**
 * How a gateway's watching moves on. These steps and `foldEntry` are all that replaying the journal needs: what they change is rebuilt from
 * it after a restart, in the same way. Each tells what it has changed, for the verdicts that are kept in the records.
 */

/** Time that counted for a device although nobody watched it. */
export interface Unwatched {
  deviceId: string
  ms: number
}

/** A batch under a list that nobody here knows may have watched anything: it follows nothing, and nothing follows it. */
export function markOfBatch(batch: BatchEnvelope, isListKnown: boolean): SpanMark {
  const { epoch, span, spanStart, through, seq } = batch
  const place = isListKnown ? { seq, after: seq - 1 } : { seq: 0, after: Number.MAX_SAFE_INTEGER }
  return { epoch, span, spanStart, through, ...place }
}

/** A beat does not name its list; it is that of the batch before it. */
export function markOfBeat({ epoch, span, spanStart, through, afterSeq }: Beat, clock: WatchClock): SpanMark {
  const seq = clock.seq === 0 ? 0 : afterSeq
  return { epoch, span, spanStart, through, after: afterSeq, seq }
}

/** Enters the span of a batch or beat; what lies between it and the one before it, when anything does, ends the span too. */
export function enterSpan(draft: Draft, gateway: GatewayHealth, mark: SpanMark): Unwatched[] {
  const { clock } = gateway
  if (isSameSpan(clock, mark) && isContinued(clock, mark)) {
    gateway.clock = { ...clock, seq: Math.max(clock.seq, mark.seq) }
    return []
  }
  const now = watchedThrough(clock)
  const skipped = [...unwatchedTails(clock)].map(([deviceId, ms]) => ({ deviceId, ms }))
  for (const { deviceId, ms } of skipped) {
    const device = ownDevice(draft, gateway, deviceId)
    if (device) skipUnwatched(device, ms, now)
  }
  if (!isContinued(clock, mark)) forgiveLost(draft, gateway, now)
  gateway.clock = beginSpan(clock, mark)
  return skipped
}

/** What is missing may hold signs of life, so that no silence reaches back beyond it. It proves nobody alive either. */
function forgiveLost(draft: Draft, gateway: GatewayHealth, now: number): void {
  for (const deviceId of draft.fleet.devicesOf(gateway.id)) {
    const device = ownDevice(draft, gateway, deviceId)
    if (device) device.lostUntil = now
  }
}

/** A device is watched from the first batch under a list that names it for this gateway; its clock starts at the end of that batch. */
export function adopt(
  draft: Draft,
  gateway: GatewayHealth,
  { through, configVersion: { version } }: BatchEnvelope,
  arrival: Arrival,
): string[] {
  const adopted: string[] = []
  const { clock } = gateway
  const startsAt = isCredible(through, arrival) ? watchedAt(clock, through) : watchedThrough(clock)
  for (const deviceId of draft.fleet.unadoptedOf(gateway.id)) {
    const seen = draft.peek(deviceId)
    const from = seen ? assignedFrom(seen.setup) : null
    if (!seen || seen.adopted || from === null || from > version) continue
    const device = draft.device(deviceId)
    if (!device) continue
    device.adopted = true
    device.evidenceWatched = startsAt
    draft.fleet.lookAgain(deviceId)
    adopted.push(deviceId)
  }
  return adopted
}

/** Moves the watermark and replaces the held set. */
export function vouch(
  draft: Draft,
  gateway: GatewayHealth,
  said: { through: number; held: ReadonlyMap<string, number> },
  arrival: Arrival,
): Unwatched[] {
  const before = gateway.clock.held
  const credible = isCredible(said.through, arrival)
  // What came with it was refused as well, signs of life among it.
  if (!credible) forgiveLost(draft, gateway, watchedThrough(gateway.clock))
  const through = credible ? said.through : gateway.clock.through
  gateway.clock = moveWatermark(gateway.clock, through, said.held)
  return [...before].flatMap(([deviceId, since]) =>
    said.held.has(deviceId) ? [] : hearAgain(draft, gateway, deviceId, since),
  )
}

/**
 * A deaf ear hears again: the time in between was not listened to. An asked device needs no such care: it is held back only until its
 * check has ended, and then the check speaks for the time.
 */
function hearAgain(draft: Draft, gateway: GatewayHealth, deviceId: string, since: number): Unwatched[] {
  const device = ownDevice(draft, gateway, deviceId)
  if (!device?.setup.listenedOnly) return []
  const now = watchedThrough(gateway.clock)
  const ms = now - watchedAt(gateway.clock, since)
  skipUnwatched(device, ms, now)
  device.listeningFrom = now
  return [{ deviceId, ms }]
}

/** A device that this gateway watches. One that came to it later is not yet watched when older rows are replayed. */
function ownDevice(draft: Draft, gateway: GatewayHealth, deviceId: string): DeviceHealth | undefined {
  const seen = draft.peek(deviceId)
  return seen?.adopted && seen.setup.gatewayId === gateway.id ? draft.device(deviceId) : undefined
}
