import { Value } from 'typebox/value'
import { expect, onTestFinished, test } from 'vitest'
import { Batch, BatchEntry } from '../../contract/road.ts'
import { keepDeviceList } from '../../gateway/devices/cache.ts'
import { RoadServer } from '../fakes/road-server.ts'
import { answer, refusal } from '../fakes/scripted-question.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { deviceList, identityIn, listened, NOWHERE, spooled, startSite } from './site.ts'

async function startRoad() {
  const server = await new RoadServer('gateway-1').start()
  onTestFinished(() => server.stop())
  return server
}

test('a gateway works from its cached device list without any server and keeps every result', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  keepDeviceList(dataDir, deviceList(identity, 3, [{ id: 'switch' }]))
  const { clock, gateway } = await startSite(dataDir, identity)
  await clock.advance(65_000)
  expect(gateway.status()).toMatchObject({
    link: 'offline',
    devices: [{ id: 'switch', pastDeadline: false }],
  })
  await gateway.close()
  const batches = spooled(dataDir)
  expect(batches.map((batch) => batch.seq)).toEqual(batches.map((_, index) => index + 1))
  const entries = batches.flatMap((batch) => batch.devices).filter((entry) => entry.checks)
  expect(entries).toHaveLength(3)
  expect(batches.every((batch) => Value.Check(Batch, batch))).toBe(true)
  expect(batches.flatMap((batch) => batch.devices).every((entry) => Value.Check(BatchEntry, entry))).toBe(
    true,
  )
  expect(batches.at(-1)?.configVersion).toEqual({ generation: 1, version: 3 })
})

test('everything kept while cut off reaches the server once, in order, and live batches follow', async () => {
  const dataDir = temporaryDirectory()
  const server = await startRoad()
  const identity = identityIn(dataDir, server.url)
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'switch' }, { id: 'camera' }]))
  server.lose = (seq) => seq === 3 && server.hellos.length < 2 && server.lastApplied < 3 && lost++ < 1
  let lost = 0
  const { clock, gateway } = await startSite(dataDir, identity)
  onTestFinished(() => gateway.close())
  server.now = () => clock.now()
  await clock.advance(90_000)
  await server.until(() => gateway.status().spoolDepth === 0 && server.lastApplied > 4)
  expect(server.wrong).toEqual([])
  expect(server.applied.map((one) => one.seq)).toEqual(server.applied.map((_, index) => index + 1))
  const before = server.lastApplied
  await clock.advance(21_000)
  await server.until(() => server.lastApplied > before)
  expect(server.wrong).toEqual([])
})

test('a device list from the server is taken under its own version and survives a restart', async () => {
  const dataDir = temporaryDirectory()
  const server = await startRoad()
  const identity = identityIn(dataDir, server.url)
  const first = await startSite(dataDir, identity)
  await server.until(() => server.hellos.length > 0)
  server.send('config', deviceList(identity, 7, [{ id: 'camera' }]))
  await server.until(() => server.applied.at(-1)?.batch.configVersion.version === 7)
  await first.clock.advance(20_000)
  await first.gateway.close()
  expect(first.site.settings.get('camera')).toMatchObject({ port: 161, version: '2c' })

  const again = await startSite(dataDir, identity)
  expect(again.gateway.status()).toMatchObject({ configVersion: { version: 7 }, devices: [{ id: 'camera' }] })
  await again.gateway.close()
})

test('when a silence deadline passes, the server is told at once how far the gateway vouches', async () => {
  const dataDir = temporaryDirectory()
  const server = await startRoad()
  const identity = identityIn(dataDir, server.url)
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'camera' }]))
  const { clock, site, gateway } = await startSite(dataDir, identity)
  onTestFinished(() => gateway.close())
  server.now = () => clock.now()
  await server.until(() => server.hellos.length > 0)
  await clock.advance(10_500)
  await server.until(() => server.applied.some((one) => one.batch.devices.some((entry) => entry.evidenceAt)))
  const evidenceAt = Math.max(
    ...server.applied.flatMap((one) => one.batch.devices.map((entry) => entry.evidenceAt ?? 0)),
  )
  site.ask = async () => refusal
  await clock.advance(evidenceAt + 60_000 - clock.now() + 10)
  const seen = () => [...server.beats, ...server.applied.map((one) => one.batch)].map((each) => each.through)
  await server.until(() => seen().some((through) => through >= evidenceAt + 60_000))
  const first = Math.min(...seen().filter((through) => through >= evidenceAt + 60_000))
  expect(first - evidenceAt).toBeLessThanOrEqual(60_010)
})

test('devices on one lost broker are one event, each held by name until they can be heard', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  const doors = ['door 1', 'door 2', 'door 3']
  keepDeviceList(
    dataDir,
    deviceList(
      identity,
      1,
      doors.map((id) => ({ id, drivers: listened })),
    ),
  )
  const { clock, site, gateway } = await startSite(dataDir, identity)
  for (const ear of site.ears.values()) ear.hears()
  for (const ear of site.ears.values()) ear.heard({ ...answer, samples: { battery_charge_percent: 80 } })
  await clock.advance(5_000)
  for (const ear of site.ears.values()) ear.deaf('timeout', 'a short cut, of which nothing is said')
  await clock.advance(5_000)
  for (const ear of site.ears.values()) ear.hears()
  for (const ear of site.ears.values()) ear.deaf('connection_refused', 'the broker refuses')
  await clock.advance(11_000)
  for (const ear of site.ears.values()) ear.hears()
  await clock.advance(30_000)
  await gateway.close()
  const batches = spooled(dataDir)
  const events = batches.flatMap((batch) => batch.devices).flatMap((entry) => entry.events ?? [])
  expect(events.map((event) => event.kind)).toEqual(['ear_deaf', 'ear_hears'])
  expect(events[0]?.data).toMatchObject({ ear: 'broker at the site', reason: 'connection_refused' })
  const held = batches.map((batch) =>
    batch.devices.filter((entry) => entry.heldSince !== undefined).map((e) => e.id),
  )
  expect(held.some((ids) => ids.length === 3)).toBe(true)
  expect(held.at(-1)).toEqual([])
})

test('a refused gateway goes on watching, says why, and goes on in the epoch a person grants it', async () => {
  const dataDir = temporaryDirectory()
  const server = await startRoad()
  const identity = identityIn(dataDir, server.url)
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'camera' }]))
  server.refuse = { code: 'gateway_cloned', message: 'Two histories of this gateway exist.' }
  const { clock, gateway } = await startSite(dataDir, identity)
  onTestFinished(() => gateway.close())
  await server.until(() => server.hellos.length > 0)
  await clock.advance(30_000)
  await server.until(() => gateway.status().link === 'fenced')
  expect(gateway.status().refusal).toBe('Two histories of this gateway exist.')
  const kept = gateway.status().spoolDepth
  expect(kept).toBeGreaterThan(0)
  server.refuse = { code: 'superseded', message: 'Goes on under epoch 2.', epoch: 2 }
  const clear = server.until(() => server.hellos.length > 1)
  await clock.advance(61_000)
  await clear
  server.refuse = undefined
  server.epoch = 2
  await server.until(() => server.hellos.length > 2 || gateway.status().link === 'live')
  await clock.advance(61_000)
  await server.until(() => gateway.status().spoolDepth === 0 && server.lastApplied >= kept)
  expect(server.wrong).toEqual([])
  expect(server.applied[0]).toMatchObject({ seq: 1, batch: { epoch: 2 } })
})

test('a server restored from an older backup gets again what it lost', async () => {
  const dataDir = temporaryDirectory()
  const server = await startRoad()
  const identity = identityIn(dataDir, server.url)
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'camera' }]))
  const { clock, gateway } = await startSite(dataDir, identity)
  onTestFinished(() => gateway.close())
  server.now = () => clock.now()
  await clock.advance(90_000)
  await server.until(() => server.lastApplied > 4 && gateway.status().spoolDepth === 0)
  const all = server.applied.map((one) => one.hash)
  await server.stop()
  server.applied.splice(2)
  await server.start()
  await server.until(() => server.lastApplied >= all.length)
  expect(server.applied.map((one) => one.hash).slice(0, all.length)).toEqual(all)
  expect(server.wrong).toEqual([])
})

test('the server asks for a check now and gets the answer', async () => {
  const dataDir = temporaryDirectory()
  const server = await startRoad()
  const identity = identityIn(dataDir, server.url)
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'camera' }]))
  const { gateway } = await startSite(dataDir, identity)
  onTestFinished(() => gateway.close())
  await server.until(() => server.hellos.length > 0)
  server.send('ask', { askId: 'one', deviceId: 'camera', deadlineMs: 5_000 })
  server.send('ask', { askId: 'two', deviceId: 'nobody', deadlineMs: 5_000 })
  await server.until(() => server.answers.length === 2)
  const byId = Object.fromEntries(server.answers.map((each) => [each.askId, each]))
  expect(byId.one).toMatchObject({ checks: [{ check: 'snmp', ok: true }] })
  expect(byId.two).toMatchObject({ checks: [], error: 'this gateway cannot ask this device' })
})

test('when kept data had to be dropped, a new span begins and the server hears of it', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  const devices = Array.from({ length: 5 }, (_, index) => ({ id: `camera ${index}`, intervalS: 5 }))
  keepDeviceList(dataDir, deviceList(identity, 1, devices))
  let turn = 0
  const random = () => (turn++ % 5) / 5
  const { clock, gateway } = await startSite(dataDir, identity, { spoolCapBytes: 50_000, random })
  await clock.advance(600_000)
  const { droppedBatches } = gateway.status()
  expect(droppedBatches).toBeGreaterThan(0)
  expect(gateway.status().spoolBytes).toBeLessThan(60_000)
  await gateway.close()
  const batches = spooled(dataDir)
  expect(new Set(batches.map((batch) => batch.span)).size).toBeGreaterThan(1)
  const events = batches.flatMap((batch) => batch.devices).flatMap((entry) => entry.events ?? [])
  const dropped = events.filter((event) => event.kind === 'data_dropped')
  expect(dropped.at(-1)?.data).toEqual({
    batches: droppedBatches,
    detail: expect.stringContaining(`${droppedBatches} batches were dropped`),
  })
})
