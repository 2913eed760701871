import { IdParams } from '@stillwatch/contract/api/common.ts'
import {
  NewComment,
  NewTransition,
  Ticket,
  TicketPage,
  TicketQuery,
} from '@stillwatch/contract/api/tickets.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { actorsOf } from '@stillwatch/contract/roles.ts'
import { type Actor, nextStates, type TicketState, transitionFor } from '@stillwatch/contract/ticket.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import { inScope } from '../access/scope.ts'
import type { Viewer } from '../access/viewer.ts'
import type { App } from '../http/app-type.ts'
import type { Records } from '../store/records/records.ts'
import { findTicket, listTickets, ticketDetail } from './read.ts'
import { recordComment, recordTransition } from './ticket-log.ts'

export interface TicketDeps {
  records: Records
  clock: Clock
  /** Called right after the commit, before any other change. */
  ticketsChanged(ticketIds: readonly string[]): void
}

const tags = ['tickets']
/** Everybody but the auditor, who only looks. */
const acting = ['admin', 'noc', 'dispatcher', 'technician', 'manager', 'owner'] as const

export function ticketRoutes(app: App, deps: TicketDeps): void {
  readingRoutes(app, deps)
  transitionRoute(app, deps)
  commentRoute(app, deps)
}

function readingRoutes(app: App, { records }: TicketDeps): void {
  app.get(
    '/api/v1/tickets',
    {
      config: { may: 'signed_in' },
      schema: {
        summary: 'Tickets: open ones by level, then closed ones, newest first',
        tags,
        querystring: TicketQuery,
        response: { 200: TicketPage },
      },
    },
    ({ viewer, query }) => listTickets(records, inScope(viewer, 'ticket'), query),
  )

  app.get(
    '/api/v1/tickets/:id',
    {
      config: { may: 'signed_in' },
      schema: {
        summary: 'One ticket, by id or number, with its whole story',
        description: '`next` says where the asking user may move it.',
        tags,
        params: IdParams,
        response: { 200: Ticket },
      },
    },
    ({ viewer, params }) => readTicket(records, viewer, params.id),
  )
}

async function readTicket(records: Records, viewer: Viewer, id: string): Promise<Ticket> {
  const row = await findTicket(records, inScope(viewer, 'ticket'), id)
  return ticketDetail(records, row, actorsOf[viewer.role])
}

function transitionRoute(app: App, { records, clock, ticketsChanged }: TicketDeps): void {
  app.post(
    '/api/v1/tickets/:id/transitions',
    {
      config: { may: acting, answers: ['transition_refused', 'fault_still_active'] },
      schema: {
        summary: 'Move a ticket to its next state',
        tags,
        params: IdParams,
        body: NewTransition,
        response: { 200: Ticket },
      },
    },
    async ({ viewer, params, body: { to, reason, override } }) => {
      const { id } = await findTicket(records, inScope(viewer, 'ticket'), params.id)
      await records.queue.run(
        (db) => {
          const ticket = db.prepare('SELECT state FROM ticket WHERE id = ?').get(id)
          recordTransition(db, {
            ticketId: id,
            to,
            actor: actorFor(viewer, ticket?.state as TicketState, to),
            byAccount: viewer.accountId,
            ...(reason === undefined ? {} : { reason }),
            ...(override === undefined ? {} : { override }),
            at: clock.now(),
          })
        },
        () => ticketsChanged([id]),
      )
      return readTicket(records, viewer, id)
    },
  )
}

function commentRoute(app: App, { records, clock, ticketsChanged }: TicketDeps): void {
  app.post(
    '/api/v1/tickets/:id/comments',
    {
      config: { may: acting },
      schema: {
        summary: 'Write on a ticket',
        tags,
        params: IdParams,
        body: NewComment,
        response: { 201: Ticket },
      },
    },
    async ({ viewer, params, body: { text } }, reply) => {
      const { id } = await findTicket(records, inScope(viewer, 'ticket'), params.id)
      const [actor] = actorsOf[viewer.role]
      if (!actor) throw new StillwatchError('forbidden')
      await records.queue.run(
        (db) =>
          recordComment(db, {
            ticketId: id,
            actor,
            byAccount: viewer.accountId,
            words: text,
            at: clock.now(),
          }),
        () => ticketsChanged([id]),
      )
      return reply.code(201).send(await readTicket(records, viewer, id))
    },
  )
}

/** The part in which this person may make the move. Throws `transition_refused` where nobody may, `forbidden` where only others may. */
function actorFor(viewer: Viewer, from: TicketState, to: TicketState): Actor {
  const own: readonly Actor[] = actorsOf[viewer.role]
  const allowed = transitionFor(from, to)?.who ?? []
  const actor = own.find((part) => allowed.includes(part))
  if (actor) return actor
  if (allowed.some((part) => part !== 'system')) throw new StillwatchError('forbidden')
  throw new StillwatchError('transition_refused', `A ticket that is ${from} cannot become ${to}.`, {
    from,
    to,
    next: nextStates(from, own),
  })
}
