import type { BatchEntry } from '@stillwatch/contract/road.ts'
import { missParams } from '@stillwatch/contract/sentences/miss.ts'
import { isoTime, say } from '@stillwatch/contract/sentences.ts'
import { awaitAdoption } from './adoption.ts'
import { beginRecovery, clear, raise, stopHold } from './conditions.ts'
import { findCause, isCondemned } from './correlate.ts'
import { type DeviceHealth, deadlineWatched, isAwaited } from './device-health.ts'
import { judgeChecks, judgeSamples } from './findings.ts'
import type { Draft } from './fleet.ts'
import { foldEntry } from './fold.ts'
import type { GatewayHealth } from './gateway-health.ts'
import { isSilent } from './silence.ts'
import { setState, settleState } from './state.ts'
import { eventTimeOf, watchedAt, watchedOf, watchedThrough } from './watch-clock.ts'

/** What a verdict is written into. */
export interface Bench {
  draft: Draft
  newId: () => string
}

/** Takes what one device said and draws what follows at once; silence is judged when the watermark moves (`lookAtDue`). */
export function judgeEntry(
  bench: Bench,
  gateway: GatewayHealth,
  device: DeviceHealth,
  entry: BatchEntry,
): void {
  const missedBefore = device.missAt !== null
  foldEntry(device, entry, gateway.clock)
  if (entry.evidenceAt !== undefined) onSignOfLife(bench, gateway, device, entry.evidenceAt)
  if (!missedBefore && device.missAt !== null) stopHold(bench.draft, device.setup.id, device, 'silent')
  judgeChecks(bench, gateway, device, entry)
  judgeSamples(bench, gateway, device, entry)
  settleState(bench.draft, device, entry.t)
  setAlarm(bench.draft, device)
}

function onSignOfLife(bench: Bench, gateway: GatewayHealth, device: DeviceHealth, at: number): void {
  const { draft } = bench
  const wasGone = device.state === 'down' || device.state === 'unreachable'
  const clears = watchedAt(gateway.clock, at) + device.setup.recoveryHoldMs
  beginRecovery(draft, device.setup.id, device, 'silent', at, clears)
  if (!wasGone) return
  setState(draft, device, 'up', at, say('state.answers_again', { at: isoTime(at) }))
  draft.ticketSubjects.add(device.setup.id)
  for (const id of draft.fleet.children(device.setup.id)) restartChild(bench, device, id, at)
}

/** An ancestor is back: whatever stands behind it gets a whole window to answer before anybody says it is down. */
function restartChild(bench: Bench, ancestor: DeviceHealth, childId: string, at: number): void {
  const { draft } = bench
  if (draft.peek(childId)?.state !== 'unreachable') return
  const child = draft.device(childId)
  const gateway = child && draft.peekGateway(child.setup.gatewayId)
  if (!child || !gateway) return
  child.restartedWatched = watchedThrough(gateway.clock)
  setState(draft, child, 'suspect', at, say('state.restarted', { ancestor: ancestor.setup.name }))
  draft.ticketSubjects.add(childId)
  setAlarm(draft, child)
  for (const id of draft.fleet.children(childId)) restartChild(bench, ancestor, id, at)
}

/** Looks at every device of a gateway whose time has come, root causes first. Called whenever its watermark has moved. */
export function lookAtDue(bench: Bench, gateway: GatewayHealth): void {
  const { fleet } = bench.draft
  const waiting = fleet.waitingOf(gateway.id)
  const due = [...fleet.deadlinesOf(gateway.id).takeDue(watchedThrough(gateway.clock)), ...waiting]
  waiting.clear()
  due.sort((a, b) => fleet.children(b).size - fleet.children(a).size)
  for (const id of due) look(bench, gateway, id)
  endHolds(bench, gateway.id, gateway, watchedThrough(gateway.clock), gateway.clock.through)
}

function look(bench: Bench, gateway: GatewayHealth, id: string): void {
  const { draft } = bench
  const seen = draft.peek(id)
  if (!seen || seen.setup.gatewayId !== gateway.id) return
  if (isSilent(seen, gateway.clock)) {
    judgeSilent(bench, gateway, id)
    return
  }
  const device = draft.device(id)
  if (!device) return
  if (!device.adopted) awaitAdoption(bench, gateway, device)
  const { through } = gateway.clock
  if (device.missAt === null) endHolds(bench, id, device, watchedOf(gateway.clock, id), through)
  settleState(draft, device, through)
  setAlarm(draft, device)
}

function judgeSilent(bench: Bench, gateway: GatewayHealth, id: string): void {
  const { draft } = bench
  const device = draft.device(id)
  if (!device) return
  const ancestors = device.setup.dependsOn
    .map((ancestor) => draft.peek(ancestor))
    .filter((found) => found !== undefined)
  const cause = findCause(device, ancestors, watchedOf(gateway.clock, id))
  if (cause.is === 'unreachable') turnUnreachable(bench, gateway, device, cause.because)
  else if (cause.is === 'down') turnDown(bench, gateway, device)
  else if (device.state !== 'down' && device.state !== 'unreachable')
    awaitCause(bench, gateway, device, cause.about)
}

function awaitCause(
  bench: Bench,
  gateway: GatewayHealth,
  device: DeviceHealth,
  ancestors: readonly string[],
): void {
  const { draft } = bench
  const { through } = gateway.clock
  draft.fleet.waitingOf(gateway.id).add(device.setup.id)
  if (device.missAt !== null) settleState(draft, device, through)
  else if (!isAwaited(device)) {
    const since = isoTime(device.evidenceAt ?? through)
    setState(draft, device, 'suspect', through, say('state.suspect_quiet', { since }))
  }
  for (const ancestorId of ancestors) condemn(bench, gateway, ancestorId)
}

/** Enough has failed around an ancestor to look for its own cause before its deadline; its children follow. */
function condemn(bench: Bench, gateway: GatewayHealth, ancestorId: string): void {
  const { draft } = bench
  const ancestor = draft.peek(ancestorId)
  if (!ancestor || ancestor.setup.gatewayId !== gateway.id) return
  const silent = [...draft.fleet.children(ancestorId)].filter((child) => {
    const device = draft.peek(child)
    return device !== undefined && device.setup.gatewayId === gateway.id && isSilent(device, gateway.clock)
  })
  if (isCondemned(ancestor, silent.length, gateway.clock.spanIndex)) judgeSilent(bench, gateway, ancestorId)
}

function turnDown(bench: Bench, gateway: GatewayHealth, device: DeviceHealth): void {
  if (device.state === 'down') return
  const { draft } = bench
  const at = Math.min(gateway.clock.through, eventTimeOf(gateway.clock, deadlineWatched(device)))
  const missed = missParams(device.lastMiss)
  const reason =
    device.evidenceAt === null
      ? say('state.down_never_seen', missed)
      : say('state.down', { ...missed, since: isoTime(device.evidenceAt) })
  setState(draft, device, 'down', at, reason)
  raise(
    draft,
    device.setup.id,
    device,
    { code: 'silent', since: device.evidenceAt ?? device.missAt ?? at, evidence: reason },
    bench.newId,
  )
  for (const id of draft.fleet.children(device.setup.id)) reconsider(bench, id)
}

/** A root cause has been found: a child that waited for it, or was called down too early, is judged again. */
function reconsider(bench: Bench, id: string): void {
  const device = bench.draft.peek(id)
  const gateway = device && bench.draft.peekGateway(device.setup.gatewayId)
  if (device && gateway && isSilent(device, gateway.clock)) judgeSilent(bench, gateway, id)
}

function turnUnreachable(bench: Bench, gateway: GatewayHealth, device: DeviceHealth, because: string): void {
  if (device.state === 'unreachable') return
  const { draft } = bench
  const at = gateway.clock.through
  const ancestor = draft.peek(because)?.setup.name ?? because
  clear(draft, device.setup.id, device, 'silent', at)
  setState(draft, device, 'unreachable', at, say('state.unreachable', { ancestor, ancestorId: because }))
  draft.ticketSubjects.add(device.setup.id)
  for (const id of draft.fleet.children(device.setup.id)) reconsider(bench, id)
}

interface Subject {
  conditions: DeviceHealth['conditions']
}

/** Ends the conditions whose recovery hold has run out, with the time at which they really ended. `at`: event time now. */
function endHolds(bench: Bench, subjectId: string, subject: Subject, watched: number, at: number): void {
  for (const condition of subject.conditions.values()) {
    if (condition.clearsWatched === null || condition.clearsWatched > watched) continue
    clear(bench.draft, subjectId, subject, condition.code, condition.recoveredAt ?? at)
  }
}

function setAlarm(draft: Draft, device: DeviceHealth): void {
  const holds = [...device.conditions.values()].flatMap((condition) => condition.clearsWatched ?? [])
  draft.fleet
    .deadlinesOf(device.setup.gatewayId)
    .set(device.setup.id, Math.min(deadlineWatched(device), ...holds))
}
