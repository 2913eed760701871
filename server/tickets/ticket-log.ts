import type { DatabaseSync } from 'node:sqlite'
import type { Sentence } from '@stillwatch/contract/api/common.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { say } from '@stillwatch/contract/sentences.ts'
import {
  type Actor,
  closedStates,
  nextStates,
  type TicketEventKind,
  type TicketState,
  transitionFor,
} from '@stillwatch/contract/ticket.ts'

/** Tickets change only through events appended here, each in the transaction of its cause. All functions run inside a write-queue job. */

export interface NewTicket {
  id: string
  tenantId: string
  dedupKey: string
  title: Sentence
  cause: string
  level: number
  siteId: string
  deviceId: string | null
  gatewayId: string | null
  subject: string
  faultSince: number
  at: number
  evidence: Sentence
}

export interface LogEvent {
  ticketId: string
  at: number
  kind: TicketEventKind
  actor: Actor
  byAccount?: string | undefined
  from?: TicketState
  to?: TicketState
  /** What the machine says, or a person's own words. */
  words: Sentence | string
}

/** Opens a ticket and gives it the next number of its tenant. */
export function openTicket(db: DatabaseSync, ticket: NewTicket): number {
  const number = nextNumber(db)
  db.prepare(
    `INSERT INTO ticket (id, tenant_id, number, dedup_key, title, title_sentence, cause, level, state, site_id, device_id, gateway_id, subject, fault_since, opened_at, updated_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'new', ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    ticket.id,
    ticket.tenantId,
    number,
    ticket.dedupKey,
    ticket.title.text,
    JSON.stringify(ticket.title),
    ticket.cause,
    ticket.level,
    ticket.siteId,
    ticket.deviceId,
    ticket.gatewayId,
    ticket.subject,
    ticket.faultSince,
    ticket.at,
    ticket.at,
  )
  append(db, {
    ticketId: ticket.id,
    at: ticket.at,
    kind: 'opened',
    actor: 'system',
    to: 'new',
    words: ticket.evidence,
  })
  return number
}

function nextNumber(db: DatabaseSync): number {
  const row = db
    .prepare(
      "UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'ticket_number' RETURNING value",
    )
    .get()
  if (!row) throw new Error('The records have no ticket counter: this data was never set up.')
  return Number(row.value)
}

export function append(db: DatabaseSync, event: LogEvent): void {
  const { words } = event
  const [text, sentence] = typeof words === 'string' ? [words, null] : [words.text, JSON.stringify(words)]
  db.prepare(
    `INSERT INTO ticket_event (ticket_id, seq, at, kind, actor, by_account, from_state, to_state, text, sentence)
     VALUES (?, (SELECT coalesce(max(seq), 0) + 1 FROM ticket_event WHERE ticket_id = ?), ?, ?, ?, ?, ?, ?, ?, ?)`,
  ).run(
    event.ticketId,
    event.ticketId,
    event.at,
    event.kind,
    event.actor,
    event.byAccount ?? null,
    event.from ?? null,
    event.to ?? null,
    text,
    sentence,
  )
  db.prepare('UPDATE ticket SET updated_at = ? WHERE id = ?').run(event.at, event.ticketId)
  db.prepare(
    "INSERT INTO outgoing (kind, topic, subject_id, body, created_at) VALUES ('notice', 'ticket', ?, ?, ?)",
  ).run(event.ticketId, JSON.stringify({ kind: event.kind, to: event.to ?? null, text }), event.at)
}

export interface Move {
  ticketId: string
  to: TicketState
  actor: Actor
  byAccount?: string
  reason?: Sentence | string
  /** Resolve although the fault is still active. */
  override?: boolean
  at: number
}

/** Moves a ticket along its transition table. Throws `not_found`, `transition_refused`, `fault_still_active`, `conflict` or `bad_request`. */
export function recordTransition(db: DatabaseSync, move: Move): void {
  const ticket = stateOf(db, move.ticketId)
  const row = transitionFor(ticket.state, move.to)
  if (!row?.who.includes(move.actor)) {
    throw new StillwatchError(
      'transition_refused',
      `A ticket that is ${ticket.state} cannot become ${move.to} through ${move.actor}.`,
      {
        from: ticket.state,
        to: move.to,
        next: nextStates(ticket.state, [move.actor]),
      },
    )
  }
  if (row.needs.includes('reason') && !move.reason && move.actor !== 'system') {
    throw new StillwatchError('bad_request', 'This step needs a reason.', { field: 'reason' })
  }
  if (row.needs.includes('fault_cleared') && move.actor !== 'system')
    requireCleared(db, ticket.dedupKey, move)
  const closed = (closedStates as readonly TicketState[]).includes(move.to)
  if (!closed) refuseSecond(db, ticket.dedupKey, move.ticketId)
  db.prepare('UPDATE ticket SET state = ?, resolved_at = ?, resolves_itself_at = NULL WHERE id = ?').run(
    move.to,
    closed ? (ticket.resolvedAt ?? move.at) : null,
    move.ticketId,
  )
  append(db, {
    ticketId: move.ticketId,
    at: move.at,
    kind: 'transition',
    actor: move.actor,
    byAccount: move.byAccount,
    from: ticket.state,
    to: move.to,
    words: wordsOf(move),
  })
}

function wordsOf({ reason = '', override }: Move): Sentence | string {
  return override && typeof reason === 'string' ? say('event.overridden', { words: reason }) : reason
}

/** A fault has at most one open ticket: what came back after this one was closed has got its own. */
function refuseSecond(db: DatabaseSync, dedupKey: string, ticketId: string): void {
  const other = db
    .prepare(
      "SELECT number FROM ticket WHERE dedup_key = ? AND id <> ? AND state NOT IN ('resolved', 'confirmed', 'archived', 'cancelled')",
    )
    .get(dedupKey, ticketId)
  if (!other) return
  throw new StillwatchError('conflict', `Ticket ${other.number} is already open for this fault.`, {
    number: Number(other.number),
  })
}

function requireCleared(db: DatabaseSync, dedupKey: string, move: Move): void {
  const [subject = '', code = ''] = dedupKey.split('|')
  const active = db
    .prepare(
      'SELECT 1 FROM condition WHERE subject_id = ? AND code = ? AND until IS NULL AND recovered_at IS NULL',
    )
    .get(subject, code)
  if (!active) return
  if (!move.override) throw new StillwatchError('fault_still_active')
  if (!move.reason)
    throw new StillwatchError('bad_request', 'An override needs a reason.', { field: 'reason' })
}

export function recordComment(
  db: DatabaseSync,
  comment: { ticketId: string; actor: Actor; byAccount: string; words: string; at: number },
): void {
  stateOf(db, comment.ticketId)
  append(db, { ...comment, kind: 'comment' })
}

function stateOf(
  db: DatabaseSync,
  ticketId: string,
): { state: TicketState; dedupKey: string; resolvedAt: number | null } {
  const row = db.prepare('SELECT state, dedup_key, resolved_at FROM ticket WHERE id = ?').get(ticketId)
  if (!row) throw new StillwatchError('not_found', 'There is no ticket with this id.')
  return {
    state: row.state as TicketState,
    dedupKey: String(row.dedup_key),
    resolvedAt: row.resolved_at as number | null,
  }
}
