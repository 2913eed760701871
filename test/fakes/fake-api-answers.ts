import type { Device } from '@stillwatch/contract/api/devices.ts'
import type { Gateway } from '@stillwatch/contract/api/gateways.ts'
import type { User } from '@stillwatch/contract/api/session.ts'
import type { Site } from '@stillwatch/contract/api/sites.ts'
import type { Overview } from '@stillwatch/contract/api/system.ts'
import type { Ticket } from '@stillwatch/contract/api/tickets.ts'
import { type ErrorCode, errorTable } from '@stillwatch/contract/errors.ts'
import { healthStates } from '@stillwatch/contract/health.ts'
import { actorsOf } from '@stillwatch/contract/roles.ts'
import { isOpen, nextStates, type TicketState, transitionFor } from '@stillwatch/contract/ticket.ts'

/** What the fake server knows. Tests change it freely. */
export interface FakeWorld {
  password: string
  me: User
  users: User[]
  sites: Site[]
  gateways: Gateway[]
  devices: Device[]
  tickets: Ticket[]
  /** Samples of every series, as functions of time. */
  series: Record<string, { unit: string; valueAt(at: number): number }>
}

export interface Asked {
  method: string
  path: string
  query: URLSearchParams
  body: Record<string, unknown>
}

export interface Answer {
  status: number
  body?: unknown
  signsIn?: boolean
}

const ok = (body: unknown): Answer => ({ status: 200, body })

export const refusal = (code: ErrorCode, details: Record<string, unknown> = {}): Answer => ({
  status: errorTable[code].status,
  body: { code, message: errorTable[code].means, details },
})

type Route = [method: string, path: RegExp, answer: (world: FakeWorld, asked: Asked, id: string) => Answer]

const routes: readonly Route[] = [
  ['POST', /^\/session$/, signIn],
  ['DELETE', /^\/session$/, () => ({ status: 204 })],
  ['GET', /^\/users\/me$/, (world) => ok(world.me)],
  ['PATCH', /^\/users\/me$/, (world, { body }) => ok(Object.assign(world.me, body))],
  ['GET', /^\/overview$/, (world) => ok(overviewOf(world))],
  ['GET', /^\/sites$/, (world, asked) => page(world.sites, asked)],
  ['GET', /^\/sites\/([^/]+)$/, (world, _asked, id) => found(world.sites, id)],
  ['GET', /^\/gateways$/, (world, asked) => page(world.gateways, asked)],
  ['GET', /^\/gateways\/([^/]+)$/, (world, _asked, id) => found(world.gateways, id)],
  ['POST', /^\/gateways\/([^/]+)\/enrolment-code$/, (_world, _asked, id) => enrolmentCode(id)],
  ['POST', /^\/sites\/[^/]+\/gateways$/, (world) => enrolmentCode(world.gateways[0]?.id ?? '')],
  ['GET', /^\/devices$/, (world, asked) => page(world.devices.filter(matches(asked.query)), asked)],
  ['GET', /^\/devices\/([^/]+)$/, (world, _asked, id) => found(world.devices, id)],
  ['POST', /^\/devices$/, (world, { body }) => addDevice(world, body)],
  ['POST', /^\/devices\/([^/]+)\/check$/, (world, _asked, id) => checkNow(world, id)],
  ['GET', /^\/devices\/[^/]+\/series$/, (world) => seriesList(world)],
  ['GET', /^\/devices\/[^/]+\/samples$/, (world, { query }) => samples(world, query)],
  ['GET', /^\/devices\/[^/]+\/timeline$/, (world, asked) => timeline(world, asked)],
  ['GET', /^\/tickets$/, (world, asked) => page(ticketsFor(world, asked.query), asked)],
  ['GET', /^\/tickets\/([^/]+)$/, (world, _asked, id) => ticket(world, id)],
  ['POST', /^\/tickets\/([^/]+)\/comments$/, comment],
  ['POST', /^\/tickets\/([^/]+)\/transitions$/, move],
  ['GET', /^\/users$/, (world, asked) => page(world.users, asked)],
]

export function answerTo(world: FakeWorld, asked: Asked): Answer {
  for (const [method, path, answer] of routes) {
    const match = method === asked.method ? path.exec(asked.path) : null
    if (match) return answer(world, asked, match[1] ?? '')
  }
  return refusal('not_found')
}

function signIn(world: FakeWorld, { body }: Asked): Answer {
  const right = body.username === world.me.username && body.password === world.password
  if (!right) return refusal('wrong_credentials')
  return { ...ok({ token: 'fake', user: world.me }), signsIn: true }
}

function page<T>(items: readonly T[], { query }: Asked): Answer {
  const from = Number(query.get('cursor') ?? 0)
  const to = from + Number(query.get('limit') ?? 100)
  const next = to < items.length ? { next: String(to) } : {}
  return ok({ items: items.slice(from, to), total: items.length, ...next })
}

function found<T extends { id: string }>(items: readonly T[], id: string): Answer {
  const item = items.find((one) => one.id === id)
  return item ? ok(item) : refusal('not_found')
}

function overviewOf(world: FakeWorld): Overview {
  const levels = (level: number) =>
    world.tickets.filter((one) => isOpen(one.state) && one.level === level).length
  return {
    counts: Object.fromEntries(
      healthStates.map((state) => [state, world.devices.filter((device) => device.state === state).length]),
    ) as Overview['counts'],
    openTicketsByLevel: { 1: levels(1), 2: levels(2), 3: levels(3), 4: levels(4) },
    gatewaysLost: world.gateways.filter((gateway) => gateway.link === 'lost').length,
    sites: world.sites.length,
    gateways: world.gateways.length,
    devices: world.devices.length,
  }
}

const enrolmentCode = (id: string): Answer =>
  ok({ id, enrolmentCode: 'K7QM-4XZ2-PD9T', expiresAt: new Date(Date.now() + 86_400_000).toISOString() })

function matches(query: URLSearchParams) {
  const among = (name: string, value: string) => query.get(name)?.split(',').includes(value) ?? true
  const q = query.get('q')?.toLowerCase() ?? ''
  return (device: Device): boolean =>
    among('state', device.state) &&
    among('kind', device.kind) &&
    among('site', device.siteId) &&
    among('gateway', device.gatewayId) &&
    `${device.name} ${device.address}`.toLowerCase().includes(q)
}

function addDevice(world: FakeWorld, body: Record<string, unknown>): Answer {
  const [like] = world.devices
  if (!like) return refusal('conflict')
  const device = { ...like, ...body, id: `dev-${world.devices.length + 1}` } as Device
  world.devices.push(device)
  return { status: 201, body: device }
}

function checkNow(world: FakeWorld, id: string): Answer {
  const device = world.devices.find((one) => one.id === id)
  return device ? ok({ checks: device.checks }) : refusal('not_found')
}

function seriesList(world: FakeWorld): Answer {
  const now = Date.now()
  const items = Object.entries(world.series).map(([metric, { unit, valueAt }]) => ({
    metric,
    unit,
    firstAt: new Date(now - 86_400_000 * 30).toISOString(),
    lastAt: new Date(now - (metric.startsWith('temp') ? 900_000 : 7_000)).toISOString(),
    last: valueAt(now),
  }))
  return ok({ items, total: items.length })
}

/** A sample every minute or so, with an outage in the middle third of the range that lasts a tenth of it. */
function samples(world: FakeWorld, query: URLSearchParams): Answer {
  const metric = query.get('metric') ?? ''
  const series = world.series[metric]
  if (!series) return refusal('not_found')
  const from = Date.parse(query.get('from') ?? '')
  const to = Date.parse(query.get('to') ?? '')
  const step = (to - from) / Number(query.get('points') ?? 500)
  const at = Array.from({ length: Math.floor((to - from) / step) }, (_, index) => from + index * step).filter(
    (time) => Math.abs((time - from) / (to - from) - 0.55) > 0.05,
  )
  const mean = at.map(series.valueAt)
  const spread = mean.map((value) => Math.abs(value) * 0.04)
  const min = mean.map((value, index) => value - (spread[index] ?? 0))
  const max = mean.map((value, index) => value + (spread[index] ?? 0))
  return ok({ metric, unit: series.unit, raw: false, at, mean, min, max })
}

function timeline(world: FakeWorld, asked: Asked): Answer {
  const device = world.devices.find((one) => asked.path === `/devices/${one.id}/timeline`)
  if (!device) return refusal('not_found')
  const raised = device.conditions.map(({ code, since }) => ({
    at: since,
    kind: 'condition_raised',
    code,
    text: code,
  }))
  const state = { at: device.stateSince, kind: 'state', code: device.state, text: device.reason.text }
  return page([state, ...raised], asked)
}

function ticketsFor(world: FakeWorld, query: URLSearchParams): Ticket[] {
  const states = query.get('state')
  const q = query.get('q')?.toLowerCase() ?? ''
  return world.tickets.filter((one) => {
    const open = isOpen(one.state)
    const state = states === null || states === (open ? 'open' : 'closed') || states.includes(one.state)
    const device = query.get('device')
    return state && (device === null || device === one.deviceId) && one.title.toLowerCase().includes(q)
  })
}

const nextFor = (world: FakeWorld, from: TicketState) =>
  nextStates(from, actorsOf[world.me.role]).map((to) => ({
    to,
    needs: [...(transitionFor(from, to)?.needs ?? [])],
  }))

function ticket(world: FakeWorld, id: string): Answer {
  const one = world.tickets.find((candidate) => candidate.id === id)
  return one ? ok({ ...one, next: nextFor(world, one.state) }) : refusal('not_found')
}

function comment(world: FakeWorld, { body }: Asked, id: string): Answer {
  const one = world.tickets.find((candidate) => candidate.id === id)
  if (!one) return refusal('not_found')
  addEvent(world, one, { kind: 'comment', text: String(body.text) })
  return ticket(world, id)
}

function move(world: FakeWorld, { body }: Asked, id: string): Answer {
  const one = world.tickets.find((candidate) => candidate.id === id)
  if (!one) return refusal('not_found')
  const to = body.to as TicketState
  const row = transitionFor(one.state, to)
  if (!row) return refusal('transition_refused')
  if (row.needs.includes('fault_cleared') && body.override !== true) return refusal('fault_still_active')
  addEvent(world, one, { kind: 'transition', from: one.state, to, text: String(body.reason ?? '') })
  one.state = to
  return ticket(world, id)
}

function addEvent(
  world: FakeWorld,
  one: Ticket,
  event: Pick<Ticket['events'][number], 'kind' | 'text'> & { from?: TicketState; to?: TicketState },
): void {
  const at = new Date().toISOString()
  one.events.push({ seq: one.events.length + 1, at, actor: 'desk', by: world.me.name, ...event })
  one.updatedAt = at
}
