import { cpSync } from 'node:fs'
import mqtt from 'mqtt'
import { beforeEach, expect, test } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../contract/time.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { GatewayUnderTest } from './gateway-under-test.ts'
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

const newCode = async () =>
  (await road.api.post<{ enrolmentCode: string }>(`/gateways/${gateway.id}/enrolment-code`)).enrolmentCode

/** Whether the broker lets somebody in with this identity. */
function isLetIn({ gatewayId, secret }: GatewayUnderTest['identity']): Promise<boolean> {
  return new Promise((resolve) => {
    const client = mqtt.connect(`mqtt://127.0.0.1:${road.broker.port}`, {
      clientId: gatewayId,
      username: gatewayId,
      password: secret,
      reconnectPeriod: 0,
    })
    const end = (isIn: boolean) => client.end(true, () => resolve(isIn))
    client.on('connect', () => end(true))
    client.on('error', () => end(false))
  })
}

test('a gateway enrolled again out of the same directory goes on with what it had kept, under a new epoch', async () => {
  const old = gateway.identity
  gateway.cut()
  await road.pass(2 * MINUTE_MS)
  const kept = gateway.spooledTimes(deviceId)
  await gateway.stop()
  await gateway.enrolAgain(await newCode())
  await gateway.start()
  await gateway.mend()
  await road.pass(MINUTE_MS)
  const times = await road.sampleTimes(deviceId)
  expect(times.slice(0, kept.length)).toEqual(kept)
  expect(new Set(times).size).toBe(times.length)
  // It is watched as before: the list was sealed to a key that is gone.
  expect(times.length).toBe(kept.length + 3)
  expect(await road.api.gateway(gateway.id)).toMatchObject({ epoch: 2, link: 'connected' })
  expect(await road.api.states()).toEqual({ up: 1 })
  expect(road.everySilence()).toEqual([])
  expect(await isLetIn(old)).toBe(false)
  expect(await isLetIn({ ...old, secret: 'f'.repeat(64) })).toBe(false)
})

test('a batch whose acknowledgement was lost with the power is not counted twice after a new enrolment', async () => {
  await road.pass(10 * SECOND_MS)
  const copy = temporaryDirectory()
  cpSync(gateway.dataDir, copy, { recursive: true })
  await gateway.stop()
  const again = await GatewayUnderTest.from(road, gateway.identity, copy)
  await again.enrolAgain(await newCode())
  await again.start()
  await road.connected(again)
  await road.pass(MINUTE_MS)
  const times = await road.sampleTimes(deviceId)
  expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b))
  expect(times.slice(-again.spooledTimes(deviceId).length)).toEqual(again.spooledTimes(deviceId))
})
