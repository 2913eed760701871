import { say } from '@stillwatch/contract/sentences.ts'
import { MINUTE_MS } from '@stillwatch/contract/time.ts'
import { clear, raise, stopHold } from './conditions.ts'
import type { DeviceHealth } from './device-health.ts'
import type { Draft } from './fleet.ts'
import { type GatewayHealth, isCaughtUp } from './gateway-health.ts'
import { setState } from './state.ts'
import { watchedThrough } from './watch-clock.ts'

/** How long a gateway may watch without taking over a device it has been given (road-protocol, section 5). */
const ADOPT_WITHIN_MS = 2 * MINUTE_MS

/** A device that its gateway has not begun to watch. What a gateway reports while it catches up is older than the hand-over. */
export function awaitAdoption(
  { draft, newId }: { draft: Draft; newId: () => string },
  gateway: GatewayHealth,
  device: DeviceHealth,
): void {
  const { id } = device.setup
  const now = watchedThrough(gateway.clock)
  draft.fleet.lookAgain(id)
  if (device.restartedWatched === null || device.restartedWatched > now || !isCaughtUp(gateway)) {
    device.restartedWatched = now
    draft.verdicts.add(id)
  }
  if (now - device.restartedWatched < ADOPT_WITHIN_MS) return
  const evidence = say('evidence.not_adopted', { gateway: gateway.name })
  raise(draft, id, device, { code: 'not_adopted', since: gateway.clock.through, evidence }, newId)
}

/** Its owner has begun to watch it: what was measured on the clock of another means nothing from here on. */
export function startAfresh(draft: Draft, device: DeviceHealth, at: number): void {
  const { id } = device.setup
  device.restartedWatched = null
  device.limitTracks = []
  for (const code of [...device.conditions.keys()]) stopHold(draft, id, device, code)
  clear(draft, id, device, 'not_adopted', at)
  setState(draft, device, 'unknown', at, say('state.never_seen'))
  draft.verdicts.add(id)
}
