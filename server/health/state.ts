import type { Sentence } from '@stillwatch/contract/api/common.ts'
import type { HealthState } from '@stillwatch/contract/health.ts'
import { missParams } from '@stillwatch/contract/sentences/miss.ts'
import { isoTime, say } from '@stillwatch/contract/sentences.ts'
import { type DeviceHealth, isAwaited } from './device-health.ts'
import type { Draft } from './fleet.ts'

/** Writes a state with its reason; a new state is an event on the device's timeline. */
export function setState(
  draft: Draft,
  device: DeviceHealth,
  state: HealthState,
  at: number,
  reason: Sentence,
): void {
  if (device.state === state && device.reason.text === reason.text) return
  if (device.state !== state) {
    draft.timeline.push({ deviceId: device.setup.id, at, kind: 'state', code: state, text: reason.text })
    device.since = at
  }
  device.state = state
  device.reason = reason
  draft.verdicts.add(device.setup.id)
}

/**
 * The state of a device that is not silent. Down and unreachable end only with a sign of life or the return of an ancestor, and after
 * that return only a sign of life tells more.
 */
export function settleState(draft: Draft, device: DeviceHealth, at: number): void {
  if (device.state === 'down' || device.state === 'unreachable' || isAwaited(device)) return
  const [state, reason] = stateOf(device)
  setState(draft, device, state, at, reason)
}

function stateOf(device: DeviceHealth): [HealthState, Sentence] {
  if (device.missAt !== null) return ['suspect', say('state.suspect', missParams(device.lastMiss))]
  if (device.evidenceAt === null)
    return ['unknown', say(device.adopted ? 'state.never_seen' : 'state.handed_over')]
  const active = [...device.conditions.values()].filter((condition) => condition.recoveredAt === null)
  if (active.length > 0) {
    const codes = active.map((condition) => condition.code).join(', ')
    return ['degraded', say('state.degraded', { count: active.length, codes })]
  }
  const silent = device.conditions.get('silent')
  if (silent?.recoveredAt) return ['up', say('state.answers_again', { at: isoTime(silent.recoveredAt) })]
  return ['up', say('state.up')]
}
