import type { Sentence } from '@stillwatch/contract/api/common.ts'
import { conditionCodes, type Level } from '@stillwatch/contract/health.ts'
import type { ActiveCondition, DeviceHealth } from './device-health.ts'
import type { Draft } from './fleet.ts'
import { movedBy } from './watch-clock.ts'

interface Subject {
  conditions: ReadonlyMap<string, ActiveCondition>
}

export interface Raise {
  code: string
  level?: Level
  /** Event time. */
  since: number
  evidence: Sentence
}

const baseOf = (code: string): string => code.split('.', 1)[0] ?? code

function levelOf(code: string): Level {
  const base = baseOf(code)
  return base in conditionCodes ? conditionCodes[base as keyof typeof conditionCodes].level : 3
}

export function opensTicket(code: string): boolean {
  const base = baseOf(code)
  return base in conditionCodes ? conditionCodes[base as keyof typeof conditionCodes].opensTicket : true
}

/** Raises a condition, or takes back its recovery when it is still there. */
export function raise(
  draft: Draft,
  subjectId: string,
  subject: Subject,
  wanted: Raise,
  newId: () => string,
): void {
  const before = subject.conditions.get(wanted.code)
  if (before && before.recoveredAt === null) return
  const condition: ActiveCondition = before
    ? { ...before, recoveredAt: null, clearsWatched: null }
    : {
        id: newId(),
        code: wanted.code,
        level: wanted.level ?? levelOf(wanted.code),
        since: wanted.since,
        evidence: wanted.evidence,
        recoveredAt: null,
        clearsWatched: null,
      }
  put(draft, subjectId, subject, condition)
  if (!before) note(draft, subjectId, wanted.since, 'condition_raised', condition)
}

/** Raises a trouble that is a moment, not a state: it is over at `clearsWatched` unless it comes back before. */
export function raiseMomentary(
  draft: Draft,
  subjectId: string,
  subject: Subject,
  wanted: Raise,
  clearsWatched: number,
  newId: () => string,
): void {
  raise(draft, subjectId, subject, wanted, newId)
  const raised = subject.conditions.get(wanted.code)
  if (raised) put(draft, subjectId, subject, { ...raised, clearsWatched })
}

/** The fault looks gone: it ends at `clearsWatched` unless it comes back. */
export function beginRecovery(
  draft: Draft,
  subjectId: string,
  subject: Subject,
  code: string,
  at: number,
  clearsWatched: number,
): void {
  const before = subject.conditions.get(code)
  if (!before || before.clearsWatched !== null) return
  put(draft, subjectId, subject, { ...before, recoveredAt: before.recoveredAt ?? at, clearsWatched })
}

/** A miss during the hold: the hold starts again with the next answer. */
export function stopHold(draft: Draft, subjectId: string, subject: Subject, code: string): void {
  const before = subject.conditions.get(code)
  if (!before || before.clearsWatched === null) return
  put(draft, subjectId, subject, { ...before, recoveredAt: null, clearsWatched: null })
}

/** Time went by that nobody watched: no hold runs out in it. */
export function prolongHolds(draft: Draft, device: DeviceHealth, unwatchedMs: number, now: number): void {
  const atMost = now + device.setup.recoveryHoldMs
  for (const condition of device.conditions.values()) {
    if (condition.clearsWatched === null) continue
    const clearsWatched = movedBy(condition.clearsWatched, unwatchedMs, atMost)
    put(draft, device.setup.id, device, { ...condition, clearsWatched })
  }
}

export function clear(draft: Draft, subjectId: string, subject: Subject, code: string, until: number): void {
  const before = subject.conditions.get(code)
  if (!before) return
  const left = new Map(subject.conditions)
  left.delete(code)
  subject.conditions = left
  draft.conditions.set(before.id, { subjectId, condition: before, until })
  draft.ticketSubjects.add(subjectId)
  note(draft, subjectId, until, 'condition_cleared', before)
}

function put(draft: Draft, subjectId: string, subject: Subject, condition: ActiveCondition): void {
  subject.conditions = new Map(subject.conditions).set(condition.code, condition)
  draft.conditions.set(condition.id, { subjectId, condition, until: null })
  draft.ticketSubjects.add(subjectId)
}

function note(
  draft: Draft,
  subjectId: string,
  at: number,
  kind: 'condition_raised' | 'condition_cleared',
  condition: ActiveCondition,
): void {
  if (!draft.fleet.devices.has(subjectId)) return
  draft.timeline.push({ deviceId: subjectId, at, kind, code: condition.code, text: condition.evidence.text })
}
