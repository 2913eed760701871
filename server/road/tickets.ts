import type { DatabaseSync } from 'node:sqlite'
import { opensTicket } from '../health/conditions.ts'
import { type ActiveCondition, type DeviceHealth, isAwaited } from '../health/device-health.ts'
import type { Draft } from '../health/fleet.ts'
import { type GatewayHealth, isCaughtUp } from '../health/gateway-health.ts'
import { eventTimeOf, type WatchClock } from '../health/watch-clock.ts'
import {
  type Affected,
  attachAffected,
  detachAffected,
  followSubject,
  type Subject,
} from '../tickets/follow.ts'

/** Where health and tickets meet: what is wrong is handed over, in plain words, subject by subject. */
interface Round {
  db: DatabaseSync
  draft: Draft
  newId: () => string
  outcome: { tickets: Set<string> }
}

/** After everything else of a group: tickets of each touched subject are brought to where its conditions are. */
export function followTickets(round: Round, at: number): void {
  const { db, draft, outcome } = round
  const behind = new Map<string, Affected[]>()
  for (const id of [...draft.ticketSubjects]) addThoseBehind(draft, id)
  const explainedLast = [...draft.ticketSubjects].sort(
    (a, b) => Number(isUnreachable(draft, a)) - Number(isUnreachable(draft, b)),
  )
  for (const id of explainedLast) {
    const subject = subjectOf(draft, id)
    if (!subject) continue
    if (subject.explainedBy !== null) collect(behind, subject.explainedBy, draft.peek(id))
    for (const ticketId of followSubject(db, subject, at, round.newId)) outcome.tickets.add(ticketId)
    if (!subject.isGateway && subject.explainedBy === null) {
      for (const ticketId of detachAffected(db, id, at)) outcome.tickets.add(ticketId)
    }
  }
  for (const [rootId, devices] of behind) attach(round, rootId, 'silent', devices, at)
  for (const gatewayId of lostGateways(draft))
    attach(round, gatewayId, 'gateway_lost', everythingBehind(draft, gatewayId, at), at)
}

/** Whatever cannot be reached because of a device follows its ticket, also when that had to wait for its gateway. */
function addThoseBehind(draft: Draft, id: string): void {
  const { state } = draft.peek(id) ?? {}
  if (state !== 'down' && state !== 'unreachable') return
  for (const childId of draft.fleet.children(id)) {
    if (draft.peek(childId)?.state !== 'unreachable' || draft.ticketSubjects.has(childId)) continue
    draft.ticketSubjects.add(childId)
    addThoseBehind(draft, childId)
  }
}

function attach(round: Round, rootId: string, code: string, devices: readonly Affected[], at: number): void {
  const ticketId = attachAffected(round.db, rootId, code, devices, at)
  if (ticketId) round.outcome.tickets.add(ticketId)
}

const isUnreachable = (draft: Draft, id: string): boolean => draft.peek(id)?.state === 'unreachable'

function collect(behind: Map<string, Affected[]>, rootId: string, device: DeviceHealth | undefined): void {
  if (!device) return
  const list = behind.get(rootId) ?? []
  list.push({ deviceId: device.setup.id, name: device.setup.name, since: device.evidenceAt ?? device.since })
  behind.set(rootId, list)
}

/** Undefined while its gateway catches up: what it reports then is history, and only what is still wrong at the end gets a ticket. */
function subjectOf(draft: Draft, id: string): Subject | undefined {
  const gateway = draft.peekGateway(id)
  if (gateway) {
    const faults = faultsOf(gateway.conditions, gateway.clock)
    return { ...gateway, isGateway: true, faults, explainedBy: null, ...neverBehind }
  }
  const device = draft.peek(id)
  const owner = device && draft.peekGateway(device.setup.gatewayId)
  if (!device || !owner || !isCaughtUp(owner)) return undefined
  const { tenantId, siteId, name } = device.setup
  const faults = faultsOf(device.conditions, owner.clock)
  const isWell = device.state === 'up' || device.state === 'degraded'
  return {
    ...{ id, tenantId, siteId, name, isGateway: false, faults },
    explainedBy: rootOf(draft, device),
    awaited: isAwaited(device),
    wellSince: isWell ? device.since : null,
    lastMiss: device.lastMiss,
  }
}

/** A gateway stands behind nothing. */
const neverBehind = { awaited: false, wellSince: null, lastMiss: null }

function faultsOf(conditions: ReadonlyMap<string, ActiveCondition>, clock: WatchClock): Subject['faults'] {
  return [...conditions.values()].map((condition) => ({
    ...condition,
    opensTicket: opensTicket(condition.code),
    recovering:
      condition.recoveredAt === null || condition.clearsWatched === null
        ? null
        : { since: condition.recoveredAt, endsAt: eventTimeOf(clock, condition.clearsWatched) },
  }))
}

/** The first of its ancestors, going up, that is itself down; null for a device that is reachable. */
function rootOf(draft: Draft, device: DeviceHealth, seen: ReadonlySet<string> = new Set()): string | null {
  if (device.state !== 'unreachable') return null
  for (const ancestorId of device.setup.dependsOn) {
    const ancestor = draft.peek(ancestorId)
    if (!ancestor || seen.has(ancestorId)) continue
    if (ancestor.state === 'down') return ancestorId
    const root = rootOf(draft, ancestor, new Set([...seen, device.setup.id]))
    if (root !== null) return root
  }
  return null
}

/** A gateway has caught up: everything that waited for it is settled now. */
export function settleGateway({ draft, db }: Round, gateway: GatewayHealth): void {
  const rows = db
    .prepare(
      `SELECT DISTINCT t.device_id AS id FROM ticket t JOIN device d ON d.id = t.device_id
       WHERE d.gateway_id = ? AND t.state NOT IN ('resolved', 'confirmed', 'archived', 'cancelled')`,
    )
    .all(gateway.id)
  for (const row of rows) draft.ticketSubjects.add(String(row.id))
  for (const id of draft.fleet.devicesOf(gateway.id)) {
    const device = draft.peek(id)
    if (device && (device.conditions.size > 0 || device.state === 'unreachable')) draft.ticketSubjects.add(id)
  }
}

/** The ticket of a lost gateway names everything behind it. */
function lostGateways(draft: Draft): string[] {
  return [...draft.touchedGateways]
    .filter((gateway) => gateway.link === 'lost' && draft.fleet.gateways.get(gateway.id)?.link !== 'lost')
    .map((gateway) => gateway.id)
}

function everythingBehind(draft: Draft, gatewayId: string, at: number): Affected[] {
  return [...draft.fleet.devicesOf(gatewayId)].flatMap((deviceId) => {
    const device = draft.peek(deviceId)
    return device ? [{ deviceId, name: device.setup.name, since: device.evidenceAt ?? at }] : []
  })
}
