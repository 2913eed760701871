import { expect, test } from 'vitest'
import { MINUTE_MS, SECOND_MS } from '../../contract/time.ts'
import { RoadUnderTest } from './road-under-test.ts'

test('a device that stays dead keeps to its one ticket, however often its gateway is restarted in the middle of asking it', async () => {
  const road = await RoadUnderTest.start()
  const gateway = await road.addGateway()
  const [dead = ''] = await road.addDevices(gateway, [{ name: 'Camera' }, { name: 'Steady' }])
  await road.pass(MINUTE_MS)
  gateway.dead.add(dead)
  await road.pass(90 * SECOND_MS)
  const ticketsOfDevices = async () => (await road.api.tickets()).filter((ticket) => ticket.deviceId !== null)
  expect(await ticketsOfDevices()).toHaveLength(1)

  const { ask } = gateway.site
  let askedAt = 0
  gateway.site.ask = (id, deadline) => {
    if (id === dead) askedAt = road.clock.monotonic()
    return ask(id, deadline)
  }
  for (let restart = 0; restart < 8; restart += 1) {
    askedAt = 0
    while (askedAt === 0) await road.pass(SECOND_MS)
    await road.pass(4 * SECOND_MS)
    await gateway.stop()
    await gateway.start()
    await road.connected(gateway)
  }
  await road.pass(3 * MINUTE_MS)
  expect(await ticketsOfDevices()).toMatchObject([{ deviceId: dead, cause: 'silent', state: 'new' }])
  expect(road.everySilence()).toHaveLength(1)
  expect(await road.api.states()).toEqual({ up: 1, down: 1 })
})
