import { expect, onTestFinished, test } from 'vitest'
import { keepDeviceList } from '../../gateway/devices/cache.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { RoadServer } from '../fakes/road-server.ts'
import { answer } from '../fakes/scripted-question.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { deviceList, identityIn, listened, NOWHERE, spooled, startSite } from './site.ts'

const HOUR_MS = 3_600_000

async function startRoad() {
  const server = await new RoadServer('gateway-1').start()
  onTestFinished(() => server.stop())
  return server
}

test('a check that fell due during a short pause is held by name in the first batch after it', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'camera' }, { id: 'door', drivers: listened }]))
  const { clock, site, gateway } = await startSite(dataDir, identity)
  const started = clock.now()
  site.ears.get('door')?.hears()
  await clock.advance(7_500)
  site.ears.get('door')?.heard(answer)
  await clock.advance(1_500)
  site.ask = () => new Promise(() => undefined)
  await clock.pause(4_000)
  await gateway.close()
  const batch = spooled(dataDir).find((each) => each.devices.some((entry) => entry.id === 'door'))
  expect(batch?.through).toBe(started + 13_000)
  const held = batch?.devices.find((entry) => entry.id === 'camera')
  expect(held?.heldSince).toBe(started + 10_000)
})

test('a clock that was an hour ahead is put right: later samples have true times, not times after the wrong ones', async () => {
  const dataDir = temporaryDirectory()
  const server = await startRoad()
  const identity = identityIn(dataDir, server.url)
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'camera' }]))
  const clock = new FakeClock()
  let refuse = true
  server.refuse = { code: 'wire_version', message: 'not yet' }
  server.now = () => clock.now() - HOUR_MS
  const { gateway } = await startSite(dataDir, identity, { clock })
  onTestFinished(() => gateway.close())
  await server.until(() => server.hellos.length > 0)
  await clock.advance(30_000)
  server.refuse = undefined
  refuse = false
  await clock.advance(60_000)
  await server.until(() => !refuse && gateway.status().link === 'live')
  await clock.advance(60_000)
  await server.until(() => gateway.status().spoolDepth === 0)
  const entries = server.applied.flatMap(({ batch }) =>
    batch.devices.map((entry) => ({ ...entry, span: batch.span })),
  )
  const camera = entries.filter((entry) => entry.id === 'camera' && entry.evidenceAt)
  const wrong = camera.filter((entry) => entry.t > clock.now() - HOUR_MS)
  const right = camera.filter((entry) => entry.t <= clock.now() - HOUR_MS)
  expect(wrong.length).toBeGreaterThan(0)
  expect(right.length).toBeGreaterThan(0)
  expect(Math.min(...right.map((entry) => entry.span))).toBeGreaterThan(
    Math.max(...wrong.map((entry) => entry.span)),
  )
  // The gateway's own log says so; for the server it is nothing to act upon.
  expect(entries.flatMap((entry) => entry.events ?? [])).toEqual([])
})

test('what was written before anybody told the time is put right before it is sent', async () => {
  const dataDir = temporaryDirectory()
  const server = await startRoad()
  const trueTime = Date.UTC(2026, 5, 1)
  const identity = identityIn(dataDir, server.url, { enrolledAt: trueTime - 1_000 })
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'camera' }]))
  const clock = new FakeClock(0)
  server.now = () => trueTime + clock.monotonic()
  server.refuse = { code: 'wire_version', message: 'not yet' }
  const { gateway } = await startSite(dataDir, identity, { clock })
  onTestFinished(() => gateway.close())
  await server.until(() => server.hellos.length > 0)
  await clock.advance(35_000)
  expect(gateway.status()).toMatchObject({ approximate: true })
  server.refuse = undefined
  await clock.advance(60_000)
  await server.until(() => gateway.status().link === 'live' && gateway.status().spoolDepth === 0)
  expect(server.wrong).toEqual([])
  expect(server.applied.every(({ batch }) => batch.approximate === undefined)).toBe(true)
  const first = server.applied.flatMap(({ batch }) => batch.devices).find((entry) => entry.evidenceAt)
  expect(Math.abs((first?.evidenceAt ?? 0) - (trueTime + 10_000))).toBeLessThan(1_000)
})

test('what nobody ever told the time for stays marked as approximate', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE, { enrolledAt: Date.UTC(2026, 5, 1) })
  keepDeviceList(dataDir, deviceList(identity, 1, [{ id: 'camera' }]))
  const { clock, gateway } = await startSite(dataDir, identity, { clock: new FakeClock(0) })
  await clock.advance(25_000)
  await gateway.close()
  const batches = spooled(dataDir)
  expect(batches.length).toBeGreaterThan(0)
  expect(batches.every((batch) => batch.approximate && batch.spanStart > Date.UTC(2026, 5, 1))).toBe(true)
})

test('three starts within ten minutes are told to the server', async () => {
  const dataDir = temporaryDirectory()
  const identity = identityIn(dataDir, NOWHERE)
  const clock = new FakeClock()
  for (let start = 1; start <= 3; start += 1) {
    const { gateway } = await startSite(dataDir, identity, { clock })
    await clock.advance(5_000)
    await gateway.close()
  }
  const batches = spooled(dataDir)
  expect(new Set(batches.map((batch) => batch.span))).toEqual(new Set([1, 2, 3]))
  const events = batches.flatMap((batch) => batch.devices).flatMap((entry) => entry.events ?? [])
  expect(events.map((event) => event.kind)).toEqual(['gateway_restarting'])
})
