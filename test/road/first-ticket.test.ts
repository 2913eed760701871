import { beforeEach, expect, test } from 'vitest'
import type { CheckAnswer, Samples, SeriesList } from '../../contract/api/devices.ts'
import { MINUTE_MS, SECOND_MS } from '../../contract/time.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { RoadUnderTest } from './road-under-test.ts'

/** Much time passes in it; a busy machine may take a while to follow. */
const PATIENCE_MS = 180_000

/** Steps so small that what arrives is at most this much later than in life. */
const FINE_MS = 100
/** Default window 60 s, the hold after it 120 s. */
const DOWN_MS = 90 * SECOND_MS
const HOLD_MS = 150 * SECOND_MS

let road: RoadUnderTest
let gateway: GatewayUnderTest
let deviceId: string

beforeEach(async () => {
  road = await RoadUnderTest.start()
  gateway = await road.addGateway()
  ;[deviceId = ''] = await road.addDevices(gateway, [{ name: 'Switch', kind: 'switch' }])
  await road.pass(MINUTE_MS)
})

async function onlyTicket() {
  const tickets = await road.api.tickets()
  expect(tickets).toHaveLength(1)
  return road.api.ticket(tickets[0]?.id ?? '')
}

const kinds = (ticket: { events: { kind: string }[] }) => ticket.events.map((event) => event.kind)

test('what a device says is in its series and samples', async () => {
  const from = new Date(road.clock.now()).toISOString()
  await road.pass(2 * MINUTE_MS)
  const to = new Date(road.clock.now()).toISOString()
  expect((await road.api.device(deviceId)).state).toBe('up')
  const series = await road.api.get<SeriesList>(`/devices/${deviceId}/series`)
  expect(series.items.map((one) => one.metric)).toEqual(['rtt_ms'])
  const samples = await road.api.get<Samples>(
    `/devices/${deviceId}/samples?metric=rtt_ms&from=${from}&to=${to}`,
  )
  expect(samples.at).toHaveLength(6)
  expect(samples.at).toEqual(samples.at.toSorted((a, b) => a - b))
})

test('a device that dies gets exactly one ticket within a second after its deadline, saying what happened', async () => {
  gateway.dead.add(deviceId)
  await road.pass(DOWN_MS, FINE_MS)
  const device = await road.api.device(deviceId)
  const lastEvidenceAt = Date.parse(device.lastEvidenceAt ?? '')
  expect(device.state).toBe('down')
  const ticket = await onlyTicket()
  expect(ticket).toMatchObject({ state: 'new', deviceId, faultSince: device.lastEvidenceAt, cause: 'silent' })
  const lateMs = Date.parse(ticket.openedAt) - (lastEvidenceAt + 60 * SECOND_MS)
  // The gateway's clock follows the server's to within a message's way there and back.
  expect(lateMs).toBeGreaterThanOrEqual(-10)
  expect(lateMs).toBeLessThanOrEqual(1_000)
  await road.pass(20 * MINUTE_MS)
  expect(kinds(await onlyTicket())).toEqual(['opened'])
})

test('a device that answers again says so on its ticket, which resolves itself after the hold', async () => {
  gateway.dead.add(deviceId)
  await road.pass(DOWN_MS)
  gateway.dead.delete(deviceId)
  await road.pass(30 * SECOND_MS)
  expect((await road.api.device(deviceId)).state).toBe('up')
  const back = await onlyTicket()
  expect(back.state).toBe('new')
  expect(kinds(back)).toEqual(['opened', 'answers_again'])
  const lastEvidence = Date.parse((await road.api.device(deviceId)).lastEvidenceAt ?? '')
  const holdLeft = Date.parse(back.resolvesItselfAt ?? '') - lastEvidence
  expect(holdLeft).toBeGreaterThan(90 * SECOND_MS)
  expect(holdLeft).toBeLessThanOrEqual(120 * SECOND_MS)
  await road.pass(HOLD_MS)
  const resolved = await onlyTicket()
  expect(resolved.state).toBe('resolved')
  expect(kinds(resolved)).toEqual(['opened', 'answers_again', 'transition'])
  expect(Date.parse(resolved.resolvedAt ?? '')).toBeLessThanOrEqual(
    Date.parse(back.resolvesItselfAt ?? '') + 6 * SECOND_MS,
  )
})

test('a device that falls silent again during the hold keeps its one ticket open', async () => {
  gateway.dead.add(deviceId)
  await road.pass(DOWN_MS)
  gateway.dead.delete(deviceId)
  await road.pass(40 * SECOND_MS)
  gateway.dead.add(deviceId)
  await road.pass(5 * MINUTE_MS)
  const ticket = await onlyTicket()
  expect(ticket.state).toBe('new')
  expect(kinds(ticket).slice(0, 3)).toEqual(['opened', 'answers_again', 'silent_again'])
})

test.each([
  ['moved to accepted', (id: string) => road.api.post(`/tickets/${id}/transitions`, { to: 'accepted' })],
  ['written on', (id: string) => road.api.post(`/tickets/${id}/comments`, { text: 'I am on my way.' })],
])('a ticket that somebody has %s stays open when the device is back', async (_how, touch) => {
  gateway.dead.add(deviceId)
  await road.pass(DOWN_MS)
  await touch((await onlyTicket()).id)
  gateway.dead.delete(deviceId)
  await road.pass(HOLD_MS + MINUTE_MS)
  const ticket = await onlyTicket()
  expect(['new', 'accepted']).toContain(ticket.state)
  expect(kinds(ticket).filter((kind) => kind === 'answers_again')).toHaveLength(1)
  expect((await road.api.device(deviceId)).conditions).toEqual([])
})

test('a check on demand answers with what the device says now', async () => {
  const { checks } = await road.api.post<CheckAnswer>(`/devices/${deviceId}/check`)
  expect(checks).toMatchObject([{ check: 'snmp', ok: true }])
})

test('a check on demand of a dead device answers within five seconds', async () => {
  gateway.dead.add(deviceId)
  const startedAt = road.clock.now()
  const answer = road.api.post<CheckAnswer>(`/devices/${deviceId}/check`).catch((error: unknown) => error)
  await road.pass(5 * SECOND_MS, FINE_MS)
  expect(await answer).toMatchObject({ checks: [{ check: 'snmp', ok: false, reason: 'timeout' }] })
  expect(road.clock.now() - startedAt).toBeLessThanOrEqual(5 * SECOND_MS + 10 * FINE_MS)
})

test('a check on demand through a gateway that is off says so', async () => {
  await gateway.stop()
  await road.pass(SECOND_MS)
  await expect(road.api.post(`/devices/${deviceId}/check`)).rejects.toMatchObject({ code: 'gateway_offline' })
})

test(
  'restarting server and gateway at any point changes nothing for anybody',
  async () => {
    const restartBoth = async () => {
      await road.restartServer()
      await gateway.stop()
      await road.pass(3 * SECOND_MS)
      await gateway.start()
      await road.connected(gateway)
      // Three starts within ten minutes would be a trouble of their own.
      await road.pass(6 * MINUTE_MS, 5 * SECOND_MS)
    }
    await road.pass(5 * MINUTE_MS, 5 * SECOND_MS)
    await restartBoth()
    expect(await road.api.tickets()).toEqual([])
    gateway.dead.add(deviceId)
    await road.pass(40 * SECOND_MS)
    await restartBoth()
    const opened = await onlyTicket()
    await restartBoth()
    expect((await onlyTicket()).id).toBe(opened.id)
    gateway.dead.delete(deviceId)
    await road.pass(40 * SECOND_MS)
    await restartBoth()
    expect(await onlyTicket()).toMatchObject({ id: opened.id, state: 'resolved' })
    expect((await road.api.device(deviceId)).state).toBe('up')
  },
  PATIENCE_MS,
)
