import { expect, onTestFinished, test } from 'vitest'
import type { BatchEntry, CheckResult } from '../../../contract/road.ts'
import { MINUTE_MS } from '../../../contract/time.ts'
import { keepDeviceList } from '../../../gateway/devices/cache.ts'
import type { Identity } from '../../../gateway/enrol/identity.ts'
import { RoadServer } from '../../fakes/road-server.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { type DeviceWish, deviceList, identityIn, NOWHERE, spooled, startSite } from '../site.ts'

const entriesOf = (dataDir: string, id: string): BatchEntry[] =>
  spooled(dataDir).flatMap((batch) => batch.devices.filter((entry) => entry.id === id))

const checksOf = (dataDir: string, id: string): CheckResult[] =>
  entriesOf(dataDir, id).flatMap((entry) => entry.checks ?? [])

/** The list of a server, with one device sealed to somebody else. */
function listWithForeign(identity: Identity, foreign: DeviceWish, others: readonly DeviceWish[] = []) {
  const stranger = identityIn(temporaryDirectory(), NOWHERE)
  const list = deviceList(identity, 1, others)
  return { ...list, devices: [...list.devices, ...deviceList(stranger, 1, [foreign]).devices] }
}

const pigeon = { carrier_pigeon: { loft: 3 } } as never

test('a device whose settings cannot be opened says so once per interval, and the others are watched', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  keepDeviceList(dataDir, listWithForeign(identity, { id: 'camera' }, [{ id: 'switch' }]))
  const { clock, gateway } = await startSite(dataDir, identity)
  await clock.advance(20 * MINUTE_MS)
  await gateway.close()
  const said = checksOf(dataDir, 'camera')
  expect(said).toHaveLength(60)
  for (const check of said)
    expect(check).toMatchObject({ check: 'settings', ok: false, reason: 'unsupported' })
  expect(said[0]?.detail).toContain('save the device again')
  expect(entriesOf(dataDir, 'camera').some((entry) => entry.evidenceAt !== undefined)).toBe(false)
  expect(entriesOf(dataDir, 'switch').some((entry) => entry.evidenceAt !== undefined)).toBe(true)
})

test('a device with a driver this gateway does not know is watched with those it knows, and says which is missing', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  const snmp = { port: 161, version: '2c' as const, timeoutMs: 2_000 }
  keepDeviceList(
    dataDir,
    deviceList(identity, 1, [{ id: 'camera', drivers: { snmp, ...(pigeon as object) } }]),
  )
  const { clock, gateway } = await startSite(dataDir, identity)
  await clock.advance(2 * MINUTE_MS)
  await gateway.close()
  const said = checksOf(dataDir, 'camera')
  expect(said.filter((check) => check.check === 'snmp').every((check) => check.ok)).toBe(true)
  const missing = said.filter((check) => check.check === 'settings')
  expect(missing).toHaveLength(6)
  expect(missing[0]).toMatchObject({ ok: false, reason: 'unsupported' })
  expect(missing[0]?.detail).toContain('carrier_pigeon')
})

test('nobody is probed through settings that cannot be used', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  const devices = [{ id: 'camera', dependsOn: ['switch'] }]
  keepDeviceList(dataDir, listWithForeign(identity, { id: 'switch' }, devices))
  const { clock, site, gateway } = await startSite(dataDir, identity)
  site.ask = async () => ({ ok: false, alive: false, reason: 'timeout' })
  await clock.advance(2 * MINUTE_MS)
  await gateway.close()
  expect(new Set(checksOf(dataDir, 'switch').map((check) => check.check))).toEqual(new Set(['settings']))
})

test('when such a device can be watched after all its end is told once, also after a restart', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  keepDeviceList(dataDir, listWithForeign(identity, { id: 'camera' }))
  const before = await startSite(dataDir, identity)
  await before.clock.advance(MINUTE_MS)
  await before.gateway.close()
  const troubles = checksOf(dataDir, 'camera').length

  keepDeviceList(dataDir, deviceList(identity, 2, [{ id: 'camera' }]))
  for (const _ of ['newer software', 'and once more'])
    await startSite(dataDir, identity, { clock: before.clock }).then(({ gateway }) => gateway.close())
  const since = checksOf(dataDir, 'camera').slice(troubles)
  expect(since.filter((check) => check.check === 'settings')).toMatchObject([{ ok: true }])
})

test('who asks such a device now is told what is wrong with its settings', async () => {
  const dataDir = temporaryDirectory()
  const server = await new RoadServer('gateway-1').start()
  onTestFinished(() => server.stop())
  const identity = identityIn(dataDir, server.url)
  keepDeviceList(dataDir, listWithForeign(identity, { id: 'camera' }))
  const { gateway } = await startSite(dataDir, identity)
  onTestFinished(() => gateway.close())
  await server.until(() => server.hellos.length > 0)
  server.send('ask', { askId: 'one', deviceId: 'camera', deadlineMs: 5_000 })
  await server.until(() => server.answers.length === 1)
  expect(server.answers[0]).toMatchObject({
    checks: [{ check: 'settings', ok: false, reason: 'unsupported' }],
  })
})
