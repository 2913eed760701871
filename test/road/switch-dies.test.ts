import { beforeEach, expect, test } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../contract/time.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { type DeviceWish, RoadUnderTest } from './road-under-test.ts'

/** Much time passes in it; a busy machine may take a while to follow. */
const PATIENCE_MS = 180_000

const HOLD_MS = 2 * MINUTE_MS

let road: RoadUnderTest
let gateway: GatewayUnderTest
let switchId: string
let behind: string[]

beforeEach(async () => {
  road = await RoadUnderTest.start()
  gateway = await road.addGateway()
})

/** One switch and twelve devices behind it, all well for two minutes. */
async function building(ofSwitch: Partial<DeviceWish> = {}, ofChildren: Partial<DeviceWish> = {}) {
  ;[switchId = ''] = await road.addDevices(gateway, [{ name: 'Switch', kind: 'switch', ...ofSwitch }])
  behind = await road.addDevices(
    gateway,
    Array.from({ length: 12 }, (_, index) => ({
      name: `Camera ${index + 1}`,
      dependsOn: [switchId],
      ...ofChildren,
    })),
  )
  await road.pass(2 * MINUTE_MS)
  expect(await road.api.states()).toEqual({ up: 13 })
}

function powerCut(): void {
  for (const id of [switchId, ...behind]) gateway.dead.add(id)
}

/** Exactly one ticket ever, for the switch, naming the twelve. */
async function onlyTicket() {
  const tickets = await road.api.tickets()
  expect(tickets.map((ticket) => ticket.subject)).toEqual(['Switch'])
  return road.api.ticket(tickets[0]?.id ?? '')
}

test('a switch that dies with everything behind it is one ticket that names the twelve', async () => {
  await building()
  powerCut()
  await road.pass(3 * MINUTE_MS)
  const ticket = await onlyTicket()
  expect(ticket).toMatchObject({ cause: 'silent', state: 'new', affectedCount: 12 })
  expect(ticket.affected.map((one) => one.deviceId).toSorted()).toEqual(behind.toSorted())
  expect(await road.api.states()).toEqual({ down: 1, unreachable: 12 })
  await road.pass(10 * MINUTE_MS)
  await onlyTicket()
})

test('when the switch is back the devices behind it get time, and the ticket resolves itself', async () => {
  await building()
  powerCut()
  await road.pass(5 * MINUTE_MS)
  gateway.dead.delete(switchId)
  await road.pass(35 * SECOND_MS)
  gateway.dead.clear()
  await road.pass(HOLD_MS + 2 * MINUTE_MS)
  const ticket = await onlyTicket()
  expect(ticket.state).toBe('resolved')
  expect(ticket.affected.every((one) => one.until !== null)).toBe(true)
  expect(await road.api.states()).toEqual({ up: 13 })
})

test(
  'after an outage so long that everybody is asked seldom, healthy devices are asked before anybody calls them dead',
  async () => {
    await building({}, { silenceWindowS: 45 })
    powerCut()
    await road.pass(20 * MINUTE_MS, 5 * SECOND_MS)
    // The power comes back when a device behind the switch has just been asked in vain: its next turn is furthest away.
    const { ask } = gateway.site
    let askedInVainAt = 0
    gateway.site.ask = (id, deadline) => {
      if (id !== switchId && gateway.dead.has(id)) askedInVainAt = road.clock.monotonic()
      if (id === switchId && road.clock.monotonic() - askedInVainAt < 2 * SECOND_MS) gateway.dead.clear()
      return ask(id, deadline)
    }
    await road.pass(30 * MINUTE_MS, 2 * SECOND_MS)
    expect(gateway.dead.size).toBe(0)
    expect((await onlyTicket()).state).toBe('resolved')
    expect(await road.api.states()).toEqual({ up: 13 })
  },
  PATIENCE_MS,
)

test('a device that stays dead when its switch is back gets its own ticket, one window later', async () => {
  await building()
  powerCut()
  await road.pass(5 * MINUTE_MS)
  const [dead = ''] = behind
  gateway.dead.clear()
  gateway.dead.add(dead)
  await road.pass(20 * SECOND_MS)
  expect(await road.api.tickets()).toHaveLength(1)
  await road.pass(HOLD_MS + 2 * MINUTE_MS)
  const tickets = await road.api.tickets()
  expect(
    tickets
      .map(({ subject, state }) => ({ subject, state }))
      .toSorted((a, b) => (a.subject < b.subject ? -1 : 1)),
  ).toEqual([
    { subject: 'Camera 1', state: 'new' },
    { subject: 'Switch', state: 'resolved' },
  ])
})

test.each([40, 62, 66])(
  'a restart of the server %i seconds after the power cut changes nothing',
  async (afterS) => {
    await building()
    powerCut()
    await road.pass(afterS * SECOND_MS)
    await road.restartServer()
    await road.pass(3 * MINUTE_MS)
    expect(await onlyTicket()).toMatchObject({ affectedCount: 12, state: 'new' })
    expect(await road.api.states()).toEqual({ down: 1, unreachable: 12 })
    gateway.dead.clear()
    await road.pass(HOLD_MS + 3 * MINUTE_MS)
    expect((await onlyTicket()).state).toBe('resolved')
  },
)

test('a switch whose window is longer than that of the devices behind it is still one ticket', async () => {
  await building({ silenceWindowS: 180 })
  powerCut()
  await road.pass(6 * MINUTE_MS)
  expect(await onlyTicket()).toMatchObject({ affectedCount: 12 })
  expect(await road.api.states()).toEqual({ down: 1, unreachable: 12 })
})

test('a switch whose window is shorter than that of the devices behind it is one ticket', async () => {
  await building({ silenceWindowS: 30, intervalS: 10 }, { silenceWindowS: 120 })
  powerCut()
  await road.pass(6 * MINUTE_MS)
  expect(await onlyTicket()).toMatchObject({ affectedCount: 12 })
  expect(await road.api.states()).toEqual({ down: 1, unreachable: 12 })
})

test('a device that dies behind a switch that lives is its own ticket', async () => {
  await building()
  const [dead = ''] = behind
  gateway.dead.add(dead)
  await road.pass(2 * MINUTE_MS)
  expect(await road.api.tickets()).toMatchObject([{ subject: 'Camera 1', state: 'new', affectedCount: 0 }])
  expect((await road.api.device(switchId)).state).toBe('up')
})
