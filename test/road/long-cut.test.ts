import { expect, test } from 'vitest'
import type { Timeline } from '../../contract/api/devices.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../contract/time.ts'
import { RoadUnderTest } from './road-under-test.ts'

/** Much time passes in it; a busy machine may take a while to follow. */
const PATIENCE_MS = 180_000

const names = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ name: `Device ${index + 1}` }))

async function history(road: RoadUnderTest, id: string) {
  const { items } = await road.api.get<Timeline>(`/devices/${id}/timeline`)
  return items
    .toReversed()
    .filter((item) => item.kind !== 'event')
    .map((item) => ({ code: item.code, kind: item.kind, at: Date.parse(item.at) }))
}

/** The fault began with the last answer, was seen 60 s later, and ended with the first answer after it. */
function expectTrueTimes(
  seen: Awaited<ReturnType<typeof history>>,
  { diedAt, backAt }: { diedAt: number; backAt: number },
): void {
  expect(seen.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
    'condition_raised silent',
    'state suspect',
    'state down',
    'state up',
    'condition_cleared silent',
  ])
  const [raised = 0, , down = 0, up = 0, cleared = 0] = seen.map((item) => item.at)
  expect(raised).toBeGreaterThan(diedAt - 21 * SECOND_MS)
  expect(raised).toBeLessThan(diedAt + SECOND_MS)
  expect(down - raised).toBe(MINUTE_MS)
  // In a long outage a device is asked only every other window.
  expect(up).toBeGreaterThan(backAt - SECOND_MS)
  expect(up).toBeLessThan(backAt + 62 * SECOND_MS)
  expect(cleared).toBe(up)
}

test(
  'an hour without a line to the server: no false ticket, true times, one lost gateway that resolves itself',
  async () => {
    const road = await RoadUnderTest.start()
    const gateway = await road.addGateway()
    const [steady = '', brief = '', twice = '', dead = ''] = await road.addDevices(gateway, [
      { name: 'Steady' },
      { name: 'Brief' },
      { name: 'Twice' },
      { name: 'Dead' },
    ])
    await road.pass(MINUTE_MS)
    expect(await road.api.states()).toEqual({ up: 4 })

    const startedAt = road.clock.now()
    const died: Record<string, number[]> = { brief: [], twice: [], dead: [] }
    const kill = (id: string, name: string) => {
      died[name]?.push(road.clock.now())
      gateway.dead.add(id)
    }
    gateway.cut()
    await road.pass(10 * MINUTE_MS)
    const [lost, ...others] = await road.api.tickets()
    expect(others).toEqual([])
    expect(lost).toMatchObject({
      cause: 'gateway_lost',
      gatewayId: gateway.id,
      state: 'new',
      affectedCount: 4,
    })
    expect(await road.api.states()).toEqual({ unknown: 4 })

    kill(brief, 'brief')
    kill(twice, 'twice')
    await road.pass(5 * MINUTE_MS)
    gateway.dead.clear()
    const briefBackAt = road.clock.now()
    await road.pass(20 * MINUTE_MS)
    kill(twice, 'twice')
    await road.pass(5 * MINUTE_MS)
    gateway.dead.clear()
    await road.pass(10 * MINUTE_MS)
    kill(dead, 'dead')
    await road.pass(HOUR_MS - (road.clock.now() - startedAt))
    await gateway.mend()

    const open = await road.api.tickets('open')
    expect(open.map((ticket) => ticket.cause).toSorted()).toEqual(['gateway_lost', 'silent'])
    expect(open.find((ticket) => ticket.cause === 'silent')).toMatchObject({ deviceId: dead })
    expect(await road.api.states()).toEqual({ up: 3, down: 1 })

    const briefHistory = (await history(road, brief)).filter((item) => item.at > startedAt)
    expectTrueTimes(briefHistory, { diedAt: died.brief?.[0] ?? 0, backAt: briefBackAt })
    const twiceDown = (await history(road, twice)).filter((item) => item.code === 'down')
    expect(twiceDown).toHaveLength(2)
    expect(await history(road, steady)).toHaveLength(1)

    await road.pass(5 * MINUTE_MS)
    const tickets = await road.api.tickets()
    expect(tickets).toHaveLength(2)
    expect(tickets.find((ticket) => ticket.cause === 'gateway_lost')?.state).toBe('resolved')
    expect(tickets.find((ticket) => ticket.cause === 'silent')?.state).toBe('new')
  },
  PATIENCE_MS,
)

test(
  'a gateway that was off for twenty minutes comes back to five hundred healthy devices: not one is silent',
  async () => {
    const road = await RoadUnderTest.start()
    const gateway = await road.addGateway()
    await road.importDevices(gateway, names(500))
    await road.pass(2 * MINUTE_MS)
    expect(await road.api.states()).toEqual({ up: 500 })
    await gateway.stop()
    await road.pass(20 * MINUTE_MS)
    expect(await road.api.states()).toEqual({ unknown: 500 })
    // One packet of each is lost on the way back: an unanswered check must not meet twenty minutes that nobody watched.
    const { ask } = gateway.site
    const asked = new Set<string>()
    gateway.site.ask = (id, deadline) => {
      if (asked.has(id)) return ask(id, deadline)
      asked.add(id)
      return Promise.resolve({ ok: false, alive: false, reason: 'timeout' })
    }
    await gateway.start()
    await road.connected(gateway)
    await road.pass(5 * MINUTE_MS)
    expect(asked.size).toBe(500)
    expect(await road.api.states()).toEqual({ up: 500 })
    expect(await road.api.tickets()).toMatchObject([{ cause: 'gateway_lost', state: 'resolved' }])
    expect(road.everySilence()).toEqual([])
  },
  PATIENCE_MS,
)
