import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ticketStates } from '../../../contract/ticket.ts'
import { type Decision, decide, type Fault, type OpenTicket } from '../../../server/tickets/decide.ts'
import { propertyParameters } from '../../suites/counts.ts'

const openStates = ticketStates.filter(
  (state) => !['resolved', 'confirmed', 'archived', 'cancelled'].includes(state),
)

const tickets: fc.Arbitrary<OpenTicket> = fc
  .record({
    state: fc.constantFrom(...openStates),
    resolvesItselfAt: fc.option(fc.nat(1000)),
    touched: fc.boolean(),
    saidHealthy: fc.boolean(),
  })
  .map((ticket) => ({
    id: 't',
    ...ticket,
    saidHealthy: ticket.saidHealthy && ticket.resolvesItselfAt === null,
  }))

const faults: fc.Arbitrary<Fault> = fc.oneof(
  fc.constant<Fault>({ is: 'active' }),
  fc
    .record({ since: fc.nat(1000), endsAt: fc.nat(2000) })
    .map((times) => ({ is: 'recovering' as const, ...times })),
  fc.option(fc.nat(1000)).map((since) => ({ is: 'gone' as const, since })),
  fc.constant<Fault>({ is: 'unclear' }),
  fc.constant<Fault>({ is: 'explained', byTicketId: 'root' }),
)

/** What a decision makes of a ticket; undefined when it is no longer open. */
function after(ticket: OpenTicket | undefined, decision: Decision): OpenTicket | undefined {
  switch (decision.do) {
    case 'nothing':
      return ticket
    case 'open':
      return { id: 't', state: 'new', resolvesItselfAt: null, touched: false, saidHealthy: false }
    case 'note_recovery':
      return ticket && { ...ticket, resolvesItselfAt: decision.resolvesAt, saidHealthy: false }
    case 'note_healthy':
      return ticket && { ...ticket, resolvesItselfAt: null, saidHealthy: true }
    case 'note_relapse':
      return ticket && { ...ticket, resolvesItselfAt: null, saidHealthy: false }
    default:
      return undefined
  }
}

test('there is a decision for everything, and asking again decides nothing more', () => {
  fc.assert(
    fc.property(fc.option(tickets, { nil: undefined }), faults, (ticket, fault) => {
      expect(decide(after(ticket, decide(ticket, fault)), fault)).toEqual({ do: 'nothing' })
    }),
    propertyParameters(),
  )
})

test('whatever the fault does, a ticket in somebody’s hands stays open, and one that nobody touched ends with its fault', () => {
  const step = fc.oneof(
    faults.map((fault) => ({ fault })),
    fc.constantFrom('touch' as const, 'accept' as const),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let ticket: OpenTicket | undefined
      for (const now of steps) {
        if (now === 'touch') ticket &&= { ...ticket, touched: true }
        else if (now === 'accept') ticket &&= { ...ticket, touched: true, state: 'accepted' }
        else {
          const inHands = ticket?.touched === true
          ticket = after(ticket, decide(ticket, now.fault))
          if (inHands) expect(ticket).toBeDefined()
          else if (now.fault.is === 'gone') expect(ticket).toBeUndefined()
          if (now.fault.is === 'active') expect(ticket).toBeDefined()
        }
      }
    }),
    propertyParameters(),
  )
})
