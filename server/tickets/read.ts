import type { Ticket, TicketEvent, TicketQuery, TicketSummary } from '@stillwatch/contract/api/tickets.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import {
  type Actor,
  closedStates,
  type TicketState,
  ticketStates,
  transitions,
} from '@stillwatch/contract/ticket.ts'
import { type ExpressionBuilder, type RawBuilder, type Selectable, type SqlBool, sql } from 'kysely'
import type { Static } from 'typebox'
import { containing, decodeCursor, encodeCursor } from '../store/records/cursor.ts'
import type { Records } from '../store/records/records.ts'
import type { Tables, TicketTable } from '../store/records/tables.ts'

type Query = Static<typeof TicketQuery>
type TicketRow = Selectable<TicketTable> & { affected_count: number | null }

/** SQLite takes a bounded number of values per statement. */
const IDS_PER_STATEMENT = 500
const DEFAULT_LIMIT = 100

const selectSummaries = (records: Records) =>
  records.read
    .selectFrom('ticket')
    .selectAll('ticket')
    .select((eb) =>
      eb
        .selectFrom('ticket_affected')
        .select((count) => count.fn.countAll<number>().as('n'))
        .whereRef('ticket_affected.ticket_id', '=', 'ticket.id')
        .as('affected_count'),
    )

/** These tickets as lists and the live push show them. In no order. */
export async function ticketSummaries(records: Records, ids: readonly string[]): Promise<TicketSummary[]> {
  const summaries: TicketSummary[] = []
  for (let from = 0; from < ids.length; from += IDS_PER_STATEMENT) {
    const slice = ids.slice(from, from + IDS_PER_STATEMENT)
    const rows = await selectSummaries(records).where('ticket.id', 'in', slice).execute()
    summaries.push(...rows.map(toSummary))
  }
  return summaries
}

/** One page: open tickets by level, then closed ones; the newest first among equals. `visible` is the scope on the table `ticket`. */
export async function listTickets(
  records: Records,
  visible: RawBuilder<SqlBool>,
  query: Query,
): Promise<{ items: TicketSummary[]; total: number; next?: string }> {
  const filter = ticketFilter(visible, query)
  const limit = query.limit ?? DEFAULT_LIMIT
  let page = selectSummaries(records)
    .where(filter)
    .orderBy('list_rank')
    .orderBy('opened_at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (query.cursor !== undefined) {
    const [rank, openedAt, id] = decodeCursor(query.cursor, [0, 0, ''] as const)
    page = page.where(
      sql<SqlBool>`list_rank >= ${rank} AND (list_rank > ${rank} OR (opened_at, id) < (${openedAt}, ${id}))`,
    )
  }
  const rows = await page.execute()
  const { total } = await records.read
    .selectFrom('ticket')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where(filter)
    .executeTakeFirstOrThrow()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(toSummary),
    total,
    ...(rows.length > limit && last ? { next: encodeCursor([last.list_rank, last.opened_at, last.id]) } : {}),
  }
}

function ticketFilter(visible: RawBuilder<SqlBool>, query: Query) {
  const states = statesOf(query.state)
  return (eb: ExpressionBuilder<Tables, 'ticket'>) =>
    eb.and([
      visible,
      ...(states ? [eb('state', 'in', states)] : []),
      ...(query.site ? [eb('site_id', '=', query.site)] : []),
      ...(query.device ? [eb('device_id', '=', query.device)] : []),
      ...(query.gateway ? [eb('gateway_id', '=', query.gateway)] : []),
      ...(query.q ? [textMatch(query.q)] : []),
    ])
}

function textMatch(q: string): RawBuilder<SqlBool> {
  const inTitle = sql<SqlBool>`title LIKE ${containing(q)} ESCAPE '\\'`
  const number = /^#?(\d{1,15})$/.exec(q)?.[1]
  return number ? sql<SqlBool>`(number = ${Number(number)} OR ${inTitle})` : inTitle
}

function statesOf(given: string | undefined): readonly TicketState[] | undefined {
  if (given === undefined || given === '') return undefined
  const closed: readonly TicketState[] = closedStates
  const states = given.split(',').flatMap((word): readonly TicketState[] => {
    const name = word.trim()
    if (name === 'open') return ticketStates.filter((state) => !closed.includes(state))
    if (name === 'closed') return closed
    const state = ticketStates.find((known) => known === name)
    if (!state) {
      throw new StillwatchError('bad_request', undefined, {
        state: `must be open, closed, or of ${ticketStates.join(', ')}`,
      })
    }
    return [state]
  })
  return [...new Set(states)]
}

/** A ticket by its id, or by the number people say. Throws `not_found`. */
export async function findTicket(
  records: Records,
  visible: RawBuilder<SqlBool>,
  idOrNumber: string,
): Promise<TicketRow> {
  const byNumber = /^\d{1,15}$/.test(idOrNumber)
  const row = await selectSummaries(records)
    .where(
      byNumber
        ? sql<SqlBool>`ticket.number = ${Number(idOrNumber)}`
        : sql<SqlBool>`ticket.id = ${idOrNumber}`,
    )
    .where(visible)
    .executeTakeFirst()
  if (!row) throw new StillwatchError('not_found')
  return row
}

/** One ticket with its whole story, and where somebody acting as `actors` may move it. */
export async function ticketDetail(
  records: Records,
  row: TicketRow,
  actors: readonly Actor[],
): Promise<Ticket> {
  const affected = await records.read
    .selectFrom('ticket_affected')
    .selectAll()
    .where('ticket_id', '=', row.id)
    .orderBy('since')
    .orderBy('device_id')
    .execute()
  return {
    ...toSummary(row),
    affected: affected.map((one) => ({
      deviceId: one.device_id,
      name: one.name,
      since: isoTime(one.since),
      until: isoOrNull(one.until),
    })),
    events: await eventsOf(records, row.id),
    next: transitions
      .filter(({ from, who }) => from === row.state && who.some((actor) => actors.includes(actor)))
      .map(({ to, needs }) => ({ to, needs: [...needs] })),
  }
}

async function eventsOf(records: Records, ticketId: string): Promise<TicketEvent[]> {
  const rows = await records.read
    .selectFrom('ticket_event')
    .leftJoin('account', 'account.id', 'ticket_event.by_account')
    .selectAll('ticket_event')
    .select(['account.name', 'account.username'])
    .where('ticket_id', '=', ticketId)
    .orderBy('seq')
    .execute()
  return rows.map((row) => ({
    seq: row.seq,
    at: isoTime(row.at),
    kind: row.kind,
    actor: row.actor,
    // Who has left since is still somebody.
    ...(row.by_account === null ? {} : { by: row.name || row.username || '?' }),
    ...(row.from_state === null ? {} : { from: row.from_state }),
    ...(row.to_state === null ? {} : { to: row.to_state }),
    text: row.text,
    ...(row.sentence === null ? {} : { sentence: JSON.parse(row.sentence) }),
  }))
}

function toSummary(row: TicketRow): TicketSummary {
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    titleSentence: JSON.parse(row.title_sentence),
    cause: row.cause,
    level: row.level,
    state: row.state,
    siteId: row.site_id,
    deviceId: row.device_id,
    gatewayId: row.gateway_id,
    subject: row.subject,
    affectedCount: row.affected_count ?? 0,
    faultSince: isoTime(row.fault_since),
    openedAt: isoTime(row.opened_at),
    updatedAt: isoTime(row.updated_at),
    resolvedAt: isoOrNull(row.resolved_at),
    resolvesItselfAt: isoOrNull(row.resolves_itself_at),
  }
}

const isoTime = (at: number): string => new Date(at).toISOString()
const isoOrNull = (at: number | null): string | null => (at === null ? null : isoTime(at))
