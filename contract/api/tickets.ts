import Type, { type Static } from 'typebox'
import { actors, ticketEventKinds, ticketStates } from '../ticket.ts'
import { IsoTime, Page, PageQuery, Sentence, Uuid } from './common.ts'

export const TicketEvent = Type.Object({
  seq: Type.Integer(),
  at: IsoTime,
  kind: Type.Enum([...ticketEventKinds]),
  actor: Type.Enum([...actors]),
  /** The person behind it; absent for the monitoring engine. */
  by: Type.Optional(Type.String()),
  from: Type.Optional(Type.Enum([...ticketStates])),
  to: Type.Optional(Type.Enum([...ticketStates])),
  text: Type.String(),
  /** What the machine said, to be said in the reader's language; absent for the words of people. */
  sentence: Type.Optional(Sentence),
})
export type TicketEvent = Static<typeof TicketEvent>

export const TicketSummary = Type.Object({
  id: Uuid,
  number: Type.Integer(),
  title: Type.String(),
  /** The same, to be said in the reader's language. */
  titleSentence: Sentence,
  /** Fault code: a condition code. */
  cause: Type.String(),
  level: Type.Integer(),
  state: Type.Enum([...ticketStates]),
  siteId: Uuid,
  deviceId: Type.Union([Uuid, Type.Null()]),
  gatewayId: Type.Union([Uuid, Type.Null()]),
  /** Name of the device or gateway when the ticket opened. */
  subject: Type.String(),
  affectedCount: Type.Integer(),
  /** When the fault began: the last evidence before it. */
  faultSince: IsoTime,
  openedAt: IsoTime,
  updatedAt: IsoTime,
  resolvedAt: Type.Union([IsoTime, Type.Null()]),
  /** While it answers again: when the ticket will resolve itself. */
  resolvesItselfAt: Type.Union([IsoTime, Type.Null()]),
})
export type TicketSummary = Static<typeof TicketSummary>

export const Ticket = Type.Object({
  ...TicketSummary.properties,
  affected: Type.Array(
    Type.Object({
      deviceId: Uuid,
      name: Type.String(),
      since: IsoTime,
      until: Type.Union([IsoTime, Type.Null()]),
    }),
  ),
  events: Type.Array(TicketEvent),
  /** Where the asking user may move it. */
  next: Type.Array(Type.Object({ to: Type.Enum([...ticketStates]), needs: Type.Array(Type.String()) })),
})
export type Ticket = Static<typeof Ticket>

export const TicketPage = Page(TicketSummary)

export const TicketQuery = Type.Object(
  {
    state: Type.Optional(Type.String({ description: '`open`, `closed`, or states, comma separated' })),
    site: Type.Optional(Uuid),
    device: Type.Optional(Uuid),
    gateway: Type.Optional(Uuid),
    q: Type.Optional(Type.String({ maxLength: 100, description: 'Number, or part of the title' })),
    ...PageQuery,
  },
  { additionalProperties: false },
)

export const NewTransition = Type.Object(
  {
    to: Type.Enum([...ticketStates]),
    reason: Type.Optional(Type.String({ maxLength: 2_000 })),
    /** Resolve although the fault is still active; needs a reason and is shown to the customer. */
    override: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
)
export type NewTransition = Static<typeof NewTransition>

export const NewComment = Type.Object(
  { text: Type.String({ minLength: 1, maxLength: 10_000 }) },
  { additionalProperties: false },
)
