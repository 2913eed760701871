import { expect, test } from 'vitest'
import type { Timeline } from '../../contract/api/devices.ts'
import { MINUTE_MS } from '../../contract/time.ts'
import { RoadUnderTest } from './road-under-test.ts'

test('an event whose acknowledgement never arrived is not told twice by a gateway that is enrolled anew', async () => {
  const road = await RoadUnderTest.start()
  const gateway = await road.addGateway()
  const [door = ''] = await road.addDevices(gateway, [
    { name: 'Door', drivers: { mqtt: { topic: 'door/1', offlinePayload: 'offline' } } },
  ])
  await road.pass(MINUTE_MS)
  const events = async () => {
    const { items } = await road.api.get<Timeline>(`/devices/${door}/timeline`)
    return items.filter((item) => item.kind === 'event').map((item) => item.code)
  }

  const opened = { kind: 'door_opened', at: road.clock.now() }
  gateway.site.ears.get(door)?.heard({ ok: true, alive: true, events: [opened] })
  // What is said last is sent on the way out, and nobody is left to hear the answer.
  await gateway.stop()
  await road.settled()
  expect(await events()).toEqual(['door_opened'])

  const { enrolmentCode } = await road.api.post<{ enrolmentCode: string }>(
    `/gateways/${gateway.id}/enrolment-code`,
  )
  await gateway.enrolAgain(enrolmentCode)
  await gateway.start()
  await road.connected(gateway)
  gateway.site.ears.get(door)?.heard({ ok: true, alive: true, events: [{ ...opened, kind: 'door_closed' }] })
  await road.pass(MINUTE_MS)
  expect((await events()).toSorted()).toEqual(['door_closed', 'door_opened'])
  expect((await road.api.gateway(gateway.id)).epoch).toBe(2)
})
