import { resolvesItself, type TicketState } from '@stillwatch/contract/ticket.ts'

/** The open ticket of one fault, as far as a decision needs it. */
export interface OpenTicket {
  id: string
  state: TicketState
  /** When it will resolve itself, UTC ms; null while the fault is there. */
  resolvesItselfAt: number | null
  /** A person has moved it or written on it. */
  touched: boolean
  /** The last thing the engine has said on a touched ticket after recovery, so that it is said once. */
  saidHealthy: boolean
}

/** The fault itself, now. */
export type Fault =
  | { is: 'active' }
  | { is: 'recovering'; since: number; endsAt: number }
  | { is: 'gone'; since: number | null }
  /** What was in its way is gone, and it has not shown yet how it is. */
  | { is: 'unclear' }
  /** It turned out to be the consequence of another fault. */
  | { is: 'explained'; byTicketId: string }

export type Decision =
  | { do: 'nothing' }
  | { do: 'open' }
  | { do: 'note_recovery'; since: number; resolvesAt: number }
  | { do: 'note_relapse' }
  | { do: 'resolve'; since: number | null }
  | { do: 'note_healthy'; since: number | null }
  | { do: 'merge'; into: string }

const nothing: Decision = { do: 'nothing' }

/** Somebody works on it: the engine only tells them what it sees. */
const isInHands = (ticket: OpenTicket): boolean => ticket.touched || !resolvesItself(ticket.state)

/**
 * What happens to the ticket of one fault. It looks only at how things are, so it may be asked at any time and as often as one likes:
 * after a backlog it brings the ticket to where it belongs in one step (service-requirements, From observation to ticket, 5 and 7).
 */
export function decide(ticket: OpenTicket | undefined, fault: Fault): Decision {
  if (!ticket) return fault.is === 'active' ? { do: 'open' } : nothing
  switch (fault.is) {
    case 'active':
      return ticket.resolvesItselfAt !== null || ticket.saidHealthy ? { do: 'note_relapse' } : nothing
    case 'recovering':
      return whenRecovering(ticket, fault)
    case 'gone':
      return whenGone(ticket, fault.since)
    case 'unclear':
      return nothing
    case 'explained':
      return ticket.touched || !resolvesItself(ticket.state)
        ? nothing
        : { do: 'merge', into: fault.byTicketId }
  }
}

function whenRecovering(ticket: OpenTicket, fault: { since: number; endsAt: number }): Decision {
  if (ticket.resolvesItselfAt !== null || ticket.saidHealthy) return nothing
  if (isInHands(ticket)) return { do: 'note_healthy', since: fault.since }
  return { do: 'note_recovery', since: fault.since, resolvesAt: fault.endsAt }
}

function whenGone(ticket: OpenTicket, since: number | null): Decision {
  if (!isInHands(ticket)) return { do: 'resolve', since }
  return ticket.saidHealthy ? nothing : { do: 'note_healthy', since }
}
