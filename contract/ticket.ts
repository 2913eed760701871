/** Tickets: states, who may move them, what a move needs (service-requirements, State list and Allowed transitions). */
export const ticketStates = [
  'candidate',
  'new',
  'accepted',
  'remote_diagnosis',
  'awaiting_dispatch',
  'dispatched',
  'accepted_by_technician',
  'en_route',
  'on_site',
  'repairing',
  'resolved',
  'confirmed',
  'archived',
  'cancelled',
] as const
export type TicketState = (typeof ticketStates)[number]

/** A ticket in one of these no longer counts as open: its fault may get a new ticket. */
export const closedStates = [
  'resolved',
  'confirmed',
  'archived',
  'cancelled',
] as const satisfies readonly TicketState[]
export const isOpen = (state: TicketState): boolean =>
  !(closedStates as readonly TicketState[]).includes(state)

/** Who acts: the monitoring engine, or a person in one of these parts. */
export const actors = [
  'system',
  'desk',
  'dispatcher',
  'technician',
  'manager',
  'service_manager',
  'customer',
  'owner',
] as const
export type Actor = (typeof actors)[number]

export type Need = 'reason' | 'fault_cleared'

export interface Transition {
  from: TicketState
  to: TicketState
  who: readonly Actor[]
  /** What must hold beside the state. Rooms that bring further guards (parts, signature, appointment) add them here. */
  needs: readonly Need[]
}

const rows = (
  from: readonly TicketState[],
  to: TicketState,
  who: readonly Actor[],
  needs: readonly Need[] = [],
): Transition[] => from.map((state) => ({ from: state, to, who, needs }))

const beforeEnRoute = [
  'candidate',
  'new',
  'accepted',
  'remote_diagnosis',
  'awaiting_dispatch',
  'dispatched',
  'accepted_by_technician',
] as const

export const transitions: readonly Transition[] = [
  ...rows(['candidate'], 'new', ['desk', 'system']),
  ...rows(['new'], 'accepted', ['desk', 'dispatcher', 'technician']),
  ...rows(['new', 'accepted'], 'remote_diagnosis', ['desk', 'technician']),
  ...rows(['remote_diagnosis'], 'resolved', ['desk', 'technician'], ['reason', 'fault_cleared']),
  ...rows(
    ['remote_diagnosis', 'accepted'],
    'awaiting_dispatch',
    ['desk', 'technician', 'dispatcher'],
    ['reason'],
  ),
  ...rows(['awaiting_dispatch'], 'dispatched', ['dispatcher', 'manager', 'system']),
  ...rows(['dispatched'], 'accepted_by_technician', ['technician']),
  ...rows(['dispatched'], 'awaiting_dispatch', ['technician', 'dispatcher'], ['reason']),
  ...rows(['accepted_by_technician'], 'en_route', ['technician']),
  ...rows(['en_route'], 'on_site', ['technician']),
  ...rows(['en_route', 'accepted_by_technician'], 'awaiting_dispatch', ['dispatcher', 'manager'], ['reason']),
  ...rows(['on_site'], 'repairing', ['technician']),
  ...rows(['repairing'], 'resolved', ['technician'], ['reason', 'fault_cleared']),
  ...rows(['on_site', 'repairing'], 'awaiting_dispatch', ['technician'], ['reason']),
  ...rows(['candidate', 'new', 'accepted'], 'resolved', ['system'], ['fault_cleared']),
  ...rows(['resolved'], 'confirmed', ['customer', 'owner', 'desk', 'system']),
  ...rows(['resolved'], 'repairing', ['customer', 'owner', 'desk'], ['reason']),
  ...rows(['resolved'], 'awaiting_dispatch', ['customer', 'owner', 'desk', 'system'], ['reason']),
  ...rows(['resolved', 'confirmed'], 'accepted', ['system'], ['reason']),
  ...rows(['confirmed'], 'awaiting_dispatch', ['system'], ['reason']),
  ...rows(['confirmed'], 'archived', ['system', 'desk']),
  ...rows(beforeEnRoute, 'cancelled', ['desk', 'dispatcher', 'customer', 'system'], ['reason']),
]

export const transitionFor = (from: TicketState, to: TicketState): Transition | undefined =>
  transitions.find((row) => row.from === from && row.to === to)

/** Where a ticket in this state may go next, for one of these actors. */
export const nextStates = (from: TicketState, as: readonly Actor[]): TicketState[] =>
  transitions
    .filter((row) => row.from === from && row.who.some((actor) => as.includes(actor)))
    .map((row) => row.to)

/** Whether the ticket resolves itself on recovery: nobody has worked on it yet. */
export const resolvesItself = (state: TicketState): boolean => ['candidate', 'new'].includes(state)

export const ticketEventKinds = [
  'opened',
  'transition',
  'comment',
  'evidence',
  'answers_again',
  'silent_again',
  'attached',
  'merged',
  'reopened',
] as const
export type TicketEventKind = (typeof ticketEventKinds)[number]
