import type { DatabaseSync } from 'node:sqlite'
import type { Sentence } from '@stillwatch/contract/api/common.ts'
import type { Miss } from '@stillwatch/contract/sentences/miss.ts'
import { isoTime, say } from '@stillwatch/contract/sentences.ts'
import { type TicketState, transitionFor } from '@stillwatch/contract/ticket.ts'
import { type Decision, decide, type Fault, type OpenTicket } from './decide.ts'
import { append, openTicket, recordTransition } from './ticket-log.ts'
import { titleOf } from './titles.ts'

/** A device or gateway with everything that is wrong with it now. */
export interface Subject {
  id: string
  tenantId: string
  siteId: string
  name: string
  isGateway: boolean
  faults: readonly SubjectFault[]
  /** The subject whose fault explains this one's silence. */
  explainedBy: string | null
  /** Its ancestor is back, and it has not shown a sign of life since. */
  awaited: boolean
  /** Since when it has been well, UTC ms; null while it is not. */
  wellSince: number | null
  /** The check it has not answered, when it was asked at all. */
  lastMiss: Miss | null
}

export interface SubjectFault {
  code: string
  level: number
  since: number
  evidence: Sentence
  opensTicket: boolean
  /** Set while the recovery hold runs; UTC ms. */
  recovering: { since: number; endsAt: number } | null
}

interface OpenRow extends OpenTicket {
  code: string
}

const keyOf = (subjectId: string, code: string): string => `${subjectId}|${code}`

/** Brings the tickets of one subject to where its faults are. Runs in the transaction that changed them; returns the tickets it changed. */
export function followSubject(db: DatabaseSync, subject: Subject, at: number, newId: () => string): string[] {
  const open = openTicketsOf(db, subject.id)
  const changed = new Set<string>()
  for (const ticket of open.values()) {
    const fault = faultOf(db, subject, ticket.code)
    if (carryOut(db, subject, ticket, decide(ticket, fault), at)) changed.add(ticket.id)
  }
  for (const fault of subject.faults) {
    if (open.has(fault.code) || !fault.opensTicket || fault.recovering) continue
    if (decide(undefined, { is: 'active' }).do === 'open') changed.add(openFor(db, subject, fault, at, newId))
  }
  linkConditions(db, subject.id)
  return [...changed]
}

/** Each fault names the ticket that is open about it, also one that was there before the fault came back. */
function linkConditions(db: DatabaseSync, subjectId: string): void {
  db.prepare(
    `UPDATE condition SET ticket_id = t.id FROM ticket t
     WHERE t.dedup_key = condition.subject_id || '|' || condition.code
       AND t.state NOT IN ('resolved', 'confirmed', 'archived', 'cancelled')
       AND condition.subject_id = ? AND condition.until IS NULL AND condition.ticket_id IS NOT t.id`,
  ).run(subjectId)
}

function faultOf(db: DatabaseSync, subject: Subject, code: string): Fault {
  const fault = subject.faults.find((candidate) => candidate.code === code)
  if (fault?.recovering) return { is: 'recovering', ...fault.recovering }
  if (fault) return { is: 'active' }
  const root = subject.explainedBy === null ? undefined : openTicketsOf(db, subject.explainedBy).get('silent')
  if (root && code === 'silent') return { is: 'explained', byTicketId: root.id }
  if (subject.explainedBy !== null && code === 'silent') return { is: 'active' }
  if (subject.awaited && code === 'silent') return { is: 'unclear' }
  return { is: 'gone', since: endOf(db, subject, code) }
}

/** A silence that was explained by another fault ended in the records when it was, not when the device came back. */
function endOf(db: DatabaseSync, { id, wellSince }: Subject, code: string): number | null {
  const row = db
    .prepare('SELECT max(until) AS until FROM condition WHERE subject_id = ? AND code = ?')
    .get(id, code)
  const until = (row?.until as number | null | undefined) ?? null
  return until !== null && code === 'silent' ? Math.max(until, wellSince ?? until) : until
}

/** By fault code. */
function openTicketsOf(db: DatabaseSync, subjectId: string): Map<string, OpenRow> {
  const rows = db
    .prepare(
      `SELECT t.id, t.dedup_key, t.state, t.resolves_itself_at,
         EXISTS (SELECT 1 FROM ticket_event e WHERE e.ticket_id = t.id AND e.by_account IS NOT NULL) AS touched,
         (SELECT kind FROM ticket_event e WHERE e.ticket_id = t.id AND kind IN ('answers_again', 'silent_again') ORDER BY seq DESC LIMIT 1) AS said
       FROM ticket t
       WHERE t.dedup_key >= ? AND t.dedup_key < ? AND t.state NOT IN ('resolved', 'confirmed', 'archived', 'cancelled')`,
    )
    .all(`${subjectId}|`, `${subjectId}}`)
  return new Map(
    rows.map((row) => {
      const code = String(row.dedup_key).slice(subjectId.length + 1)
      const resolvesItselfAt = row.resolves_itself_at as number | null
      const open: OpenRow = {
        id: String(row.id),
        code,
        state: row.state as TicketState,
        resolvesItselfAt,
        touched: row.touched === 1,
        saidHealthy: row.said === 'answers_again' && resolvesItselfAt === null,
      }
      return [code, open]
    }),
  )
}

function openFor(
  db: DatabaseSync,
  subject: Subject,
  fault: SubjectFault,
  at: number,
  newId: () => string,
): string {
  const id = newId()
  openTicket(db, {
    id,
    tenantId: subject.tenantId,
    dedupKey: keyOf(subject.id, fault.code),
    title: titleOf(fault.code, subject.name, subject.lastMiss),
    cause: fault.code,
    level: fault.level,
    siteId: subject.siteId,
    deviceId: subject.isGateway ? null : subject.id,
    gatewayId: subject.isGateway ? subject.id : null,
    subject: subject.name,
    faultSince: fault.since,
    at,
    evidence: fault.evidence,
  })
  return id
}

/** True when something was written. */
function carryOut(
  db: DatabaseSync,
  subject: Subject,
  ticket: OpenRow,
  decision: Decision,
  at: number,
): boolean {
  const note = (
    kind: 'answers_again' | 'silent_again',
    words: Sentence,
    resolvesItselfAt: number | null,
  ): void => {
    db.prepare('UPDATE ticket SET resolves_itself_at = ? WHERE id = ?').run(resolvesItselfAt, ticket.id)
    append(db, { ticketId: ticket.id, at, kind, actor: 'system', words })
  }
  switch (decision.do) {
    case 'note_recovery':
      note('answers_again', recovering(decision), decision.resolvesAt)
      return true
    case 'note_healthy':
      note('answers_again', saySince('event.healthy', decision.since), null)
      return true
    case 'note_relapse':
      note('silent_again', say('event.fault_back'), null)
      return true
    case 'resolve':
      recordTransition(db, {
        ticketId: ticket.id,
        to: 'resolved',
        actor: 'system',
        reason: saySince('event.resolved', decision.since),
        at,
      })
      endAffected(db, ticket.id, at)
      return true
    case 'merge':
      recordTransition(db, {
        ticketId: ticket.id,
        to: 'cancelled',
        actor: 'system',
        reason: say('event.merged'),
        at,
      })
      append(db, {
        ticketId: decision.into,
        at,
        kind: 'merged',
        actor: 'system',
        words: say('event.takes_over', { subject: subject.name }),
      })
      return true
    default:
      return false
  }
}

const recovering = ({ since, resolvesAt }: { since: number; resolvesAt: number }): Sentence =>
  say('event.recovering', { since: isoTime(since), resolvesAt: isoTime(resolvesAt) })

/** It is not always known since when a fault has been gone. */
const saySince = (key: 'event.healthy' | 'event.resolved', since: number | null): Sentence =>
  since === null ? say(key) : say(`${key}_since`, { since: isoTime(since) })

function endAffected(db: DatabaseSync, ticketId: string, at: number): void {
  db.prepare('UPDATE ticket_affected SET until = ? WHERE ticket_id = ? AND until IS NULL').run(at, ticketId)
}

export interface Affected {
  deviceId: string
  name: string
  since: number
}

/** Lists devices as standing behind the fault of another. Returns the ticket they were added to, undefined when nothing is new. */
export function attachAffected(
  db: DatabaseSync,
  rootId: string,
  code: string,
  devices: readonly Affected[],
  at: number,
): string | undefined {
  const root = openTicketsOf(db, rootId).get(code)
  if (!root) return undefined
  const insert = db.prepare(
    `INSERT INTO ticket_affected (ticket_id, device_id, name, since) VALUES (?, ?, ?, ?)
     ON CONFLICT (ticket_id, device_id) DO UPDATE SET until = NULL WHERE until IS NOT NULL`,
  )
  const added = devices.filter(
    (device) => insert.run(root.id, device.deviceId, device.name, device.since).changes > 0,
  )
  if (added.length === 0) return undefined
  append(db, { ticketId: root.id, at, kind: 'attached', actor: 'system', words: sayBehind(added) })
  return root.id
}

/** As many as a reader takes in at a glance. */
const NAMED = 5

function sayBehind(added: readonly Affected[]): Sentence {
  const count = added.length
  const names = added
    .slice(0, NAMED)
    .map((device) => device.name)
    .join(', ')
  return count > NAMED
    ? say('event.behind_and_more', { count, names, more: count - NAMED })
    : say('event.behind', { count, names })
}

/** A device no longer stands behind anything. Returns the tickets it was listed on. */
export function detachAffected(db: DatabaseSync, deviceId: string, at: number): string[] {
  const rows = db
    .prepare(
      `UPDATE ticket_affected SET until = ? WHERE device_id = ? AND until IS NULL
         AND ticket_id IN (SELECT id FROM ticket WHERE cause = 'silent') RETURNING ticket_id`,
    )
    .all(at, deviceId)
  return rows.map((row) => String(row.ticket_id))
}

/** A device or gateway was removed: its open tickets end, but for those that somebody is already on the way for. */
export function cancelTicketsOf(db: DatabaseSync, subjectId: string, at: number): string[] {
  const open = [...openTicketsOf(db, subjectId).values()].filter((ticket) =>
    transitionFor(ticket.state, 'cancelled'),
  )
  for (const ticket of open) {
    recordTransition(db, {
      ticketId: ticket.id,
      to: 'cancelled',
      actor: 'system',
      reason: say('event.removed'),
      at,
    })
  }
  return open.map((ticket) => ticket.id)
}
