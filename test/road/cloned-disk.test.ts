import { cpSync } from 'node:fs'
import { beforeEach, expect, test } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../contract/time.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { GatewayUnderTest } from './gateway-under-test.ts'
import { RoadUnderTest } from './road-under-test.ts'

/** Much time passes in it; a busy machine may take a while to follow. */
const PATIENCE_MS = 180_000

let road: RoadUnderTest
let gateway: GatewayUnderTest
let deviceId: string

beforeEach(async () => {
  road = await RoadUnderTest.start()
  gateway = await road.addGateway()
  ;[deviceId = ''] = await road.addDevices(gateway, [{ name: 'Switch' }])
  await road.pass(2 * MINUTE_MS)
})

async function clone(): Promise<GatewayUnderTest> {
  await gateway.stop()
  const copy = temporaryDirectory()
  cpSync(gateway.dataDir, copy, { recursive: true })
  const twin = await GatewayUnderTest.from(road, gateway.identity, copy)
  await gateway.start()
  await road.connected(gateway)
  // Three starts within ten minutes would be a trouble of their own.
  await road.pass(11 * MINUTE_MS, 5 * SECOND_MS)
  return twin
}

async function expectFenced(): Promise<void> {
  expect((await road.api.gateway(gateway.id)).link).toBe('fenced')
  const causes = (await road.api.tickets()).map((ticket) => ticket.cause)
  expect(causes).toEqual(['gateway_cloned'])
}

/** Only the rightful one is left on; it asks once a minute whether it may go on. */
async function confirm(): Promise<void> {
  await road.api.patch(`/gateways/${gateway.id}`, { confirmCloned: true })
  await road.noticed('it may go on', () => gateway.link === 'live')
  await road.settled()
  expect(await road.api.gateway(gateway.id)).toMatchObject({ epoch: 2, link: 'connected' })
  expect(gateway.link).toBe('live')
  await road.pass(3 * MINUTE_MS)
  expect(await road.api.tickets('open')).toEqual([])
  expect(await road.api.states()).toEqual({ up: 1 })
  expect(road.everySilence()).toEqual([])
}

test(
  'a copy of the disk is fenced, and a person lets one of the two go on with nothing lost',
  async () => {
    const twin = await clone()
    await road.pass(MINUTE_MS)
    await twin.start()
    await road.pass(10 * SECOND_MS)
    await road.noticed('both are refused', () => gateway.link === 'fenced' || twin.link === 'fenced')
    await expectFenced()
    await twin.stop()
    await road.noticed('the other is refused, too', () => gateway.link === 'fenced')
    await road.pass(5 * MINUTE_MS)
    await expectFenced()
    const kept = gateway.spooledTimes(deviceId)
    await confirm()
    const times = await road.sampleTimes(deviceId)
    expect(times.slice(0, kept.length)).toEqual(kept)
    expect(new Set(times).size).toBe(times.length)

    await twin.start()
    await road.noticed('the copy is told that it was replaced', () => twin.link === 'fenced')
    expect(await road.api.gateway(gateway.id)).toMatchObject({
      epoch: 2,
      refused: { superseded: expect.any(Number) },
    })
  },
  PATIENCE_MS,
)

test(
  'a copy that has written more than the original in secret is fenced by its history',
  async () => {
    const twin = await clone()
    await gateway.stop()
    twin.cut()
    await twin.start()
    await road.pass(20 * MINUTE_MS, 5 * SECOND_MS)
    expect(twin.depth).toBeGreaterThan((await road.api.gateway(gateway.id)).lastApplied)
    twin.mendUnseen()
    await road.noticed('the copy is refused', () => twin.link === 'fenced')
    expect((await road.api.gateway(gateway.id)).link).toBe('fenced')
    const causes = (await road.api.tickets('open')).map((ticket) => ticket.cause)
    expect(causes.toSorted()).toEqual(['gateway_cloned', 'gateway_lost'])
    await twin.stop()
    await gateway.start()
    await road.noticed('the original is refused, too', () => gateway.link === 'fenced')
    await confirm()
    const times = await road.sampleTimes(deviceId)
    expect(new Set(times).size).toBe(times.length)
  },
  PATIENCE_MS,
)
