import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MINUTE_MS } from '../../contract/time.ts'
import { backupRecords, restoreRecords } from '../../server/store/records/backup.ts'
import { RoadUnderTest } from './road-under-test.ts'

test('a server restored from a backup gets again what it lost, once, and the gateway takes its new device list', async () => {
  const road = await RoadUnderTest.start()
  const gateway = await road.addGateway()
  const [steady = '', fails = ''] = await road.addDevices(gateway, [{ name: 'Steady' }, { name: 'Fails' }])
  await road.pass(3 * MINUTE_MS)
  const backup = join(road.directory, 'copy.backup')
  await backupRecords(road.config.recordsFile, backup, { madeAt: road.clock.now(), version: 'test' })

  // Lost by the restore: a device, a ticket, three minutes of samples.
  const [forgotten = ''] = await road.addDevices(gateway, [{ name: 'Forgotten' }])
  gateway.dead.add(fails)
  await road.pass(3 * MINUTE_MS)
  const [before] = await road.api.tickets()
  expect(before).toMatchObject({ deviceId: fails })
  expect(gateway.status().configVersion.generation).toBe(1)
  expect(gateway.status().devices).toHaveLength(3)

  await road.stopServer()
  await restoreRecords(backup, road.config.recordsFile, road.clock.now())
  await road.startServer()
  await road.api.signIn()
  await road.connected(gateway)
  // The list with the forgotten device is one that nobody remembers: what was watched under it counts for no silence.
  await road.pass(2 * MINUTE_MS)

  expect(gateway.status().configVersion.generation).toBe(2)
  expect(
    gateway
      .status()
      .devices.map((device) => device.id)
      .toSorted(),
  ).toEqual([steady, fails].toSorted())
  for (const id of [steady, fails]) expect(await road.sampleTimes(id)).toEqual(gateway.spooledTimes(id))
  expect(gateway.spooledTimes(forgotten).length).toBeGreaterThan(0)
  await expect(road.api.device(forgotten)).rejects.toMatchObject({ code: 'not_found' })
  const tickets = (await road.api.tickets()).filter((ticket) => ticket.cause === 'silent')
  expect(tickets).toMatchObject([{ deviceId: fails, faultSince: before?.faultSince }])
  // A number somebody was told before the restore never names another ticket.
  expect(tickets[0]?.number).toBeGreaterThan(1_000)
  expect((await road.api.gateway(gateway.id)).refused).toMatchObject({ unknown_device: expect.any(Number) })
  expect(await road.api.states()).toEqual({ up: 1, down: 1 })

  gateway.dead.clear()
  await road.pass(5 * MINUTE_MS)
  expect(await road.api.tickets('open')).toEqual([])
  expect(await road.sampleTimes(steady)).toEqual(gateway.spooledTimes(steady))
})
