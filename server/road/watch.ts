import type { BatchEnvelope } from '@stillwatch/contract/road.ts'
import { startAfresh } from '../health/adoption.ts'
import { prolongHolds } from '../health/conditions.ts'
import type { Arrival } from '../health/entries.ts'
import { type GatewayHealth, isCaughtUp } from '../health/gateway-health.ts'
import { lookAtDue } from '../health/judge.ts'
import { movedBy, type SpanMark, watchedThrough } from '../health/watch-clock.ts'
import { adopt, enterSpan, type Unwatched, vouch } from '../health/watching.ts'
import { endLoss } from './link.ts'
import type { Round } from './round.ts'

/** The watching moves on, and the verdicts with it. */

export function takeOver(round: Round, gateway: GatewayHealth, batch: BatchEnvelope, arrival: Arrival): void {
  for (const deviceId of adopt(round.draft, gateway, batch, arrival)) {
    const device = round.draft.device(deviceId)
    if (device) startAfresh(round.draft, device, gateway.clock.through)
  }
}

export function onWatch(round: Round, gateway: GatewayHealth, mark: SpanMark): void {
  skipVerdicts(round, gateway, enterSpan(round.draft, gateway, mark))
}

/** The verdicts' own stamps follow those of the evidence over time that nobody watched. */
function skipVerdicts(round: Round, gateway: GatewayHealth, skipped: readonly Unwatched[]): void {
  const now = watchedThrough(gateway.clock)
  for (const { deviceId, ms } of skipped) {
    const device = round.draft.device(deviceId)
    if (!device) continue
    prolongHolds(round.draft, device, ms, now)
    if (device.restartedWatched === null) continue
    device.restartedWatched = movedBy(device.restartedWatched, ms, now)
    round.draft.verdicts.add(deviceId)
  }
}

export function moveOn(
  round: Round,
  gateway: GatewayHealth,
  said: { through: number; held: ReadonlyMap<string, number> },
  receivedAt: number,
): void {
  const { retentionMs } = round
  skipVerdicts(round, gateway, vouch(round.draft, gateway, said, { receivedAt, retentionMs }))
  lookAtDue(round, gateway)
  if (isCaughtUp(gateway)) endLoss(round, gateway, receivedAt)
}
