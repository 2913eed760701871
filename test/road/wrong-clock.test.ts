import { beforeEach, expect, test } from 'vitest'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../contract/time.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { RoadUnderTest } from './road-under-test.ts'

let road: RoadUnderTest
let gateway: GatewayUnderTest
let deviceId: string

beforeEach(async () => {
  road = await RoadUnderTest.start()
  gateway = await road.addGateway()
  ;[deviceId = ''] = await road.addDevices(gateway, [{ name: 'Switch' }])
  await road.pass(2 * MINUTE_MS)
})

/** Nothing was refused, nothing was called silent, and what is measured from now on has the right time. */
async function expectTrueTimes(): Promise<void> {
  const from = road.clock.now()
  await road.pass(2 * MINUTE_MS)
  const fresh = (await road.sampleTimes(deviceId)).filter(
    (at) => at > from - SECOND_MS && at <= road.clock.now(),
  )
  expect(fresh).toHaveLength(6)
  expect((await road.api.gateway(gateway.id)).refused).toEqual({})
  expect(road.everySilence()).toEqual([])
  expect(await road.api.states()).toEqual({ up: 1 })
}

test.each([HOUR_MS, -HOUR_MS, 3 * SECOND_MS])(
  "a machine whose clock is %i ms off at its start takes the server's time",
  async (offMs) => {
    await gateway.stop()
    gateway.clockAheadMs = offMs
    await gateway.start()
    await road.connected(gateway)
    await road.pass(30 * SECOND_MS)
    await expectTrueTimes()
  },
)

test.each([10 * MINUTE_MS, -10 * MINUTE_MS])(
  'a clock that is set by %i ms while the gateway runs changes nothing',
  async (stepMs) => {
    gateway.clockAheadMs = stepMs
    await road.pass(30 * SECOND_MS)
    await expectTrueTimes()
    expect(await road.api.tickets()).toEqual([])
  },
)
