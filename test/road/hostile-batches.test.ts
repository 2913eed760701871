import { deflateSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../contract/time.ts'
import { batchTopic, upTopic } from '../../contract/topics.ts'
import type { GatewayUnderTest } from './gateway-under-test.ts'
import { HandDrivenGateway } from './hand-driven-gateway.ts'
import { RoadUnderTest } from './road-under-test.ts'

/** Stands for a number that JSON can say and JavaScript cannot hold: 1e999. */
const BEYOND = 123_456_789
const BEYOND_IN_JSON = String(BEYOND)

let road: RoadUnderTest
let neighbour: GatewayUnderTest
let foreignDevice: string
let evil: HandDrivenGateway
let ownDevice: string

beforeEach(async () => {
  road = await RoadUnderTest.start()
  neighbour = await road.addGateway('Neighbour')
  ;[foreignDevice = ''] = await road.addDevices(neighbour, [{ name: 'Camera' }])
  const box = await road.addGateway('Evil')
  ;[ownDevice = ''] = await road.addDevices(box, [{ name: 'Switch' }])
  await box.stop()
  await road.pass(30 * SECOND_MS)
  evil = await HandDrivenGateway.connect(road, box.identity)
  // What the real gateway had sent is taken over, so that the numbers go on.
  const { lastApplied } = await road.api.gateway(box.id)
  evil.goOnFrom(lastApplied, box.lastHash())
  await evil.hello()
  expect(evil.welcomes).toHaveLength(1)
})

const refused = async () => (await road.api.gateway(evil.id)).refused
const lastApplied = async () => (await road.api.gateway(evil.id)).lastApplied

/** Both sites go on: a good batch of the one is taken, the other never noticed. */
async function expectSitesGoOn(): Promise<void> {
  const before = await lastApplied()
  const good = evil.entry(ownDevice)
  await evil.batch([good])
  expect(await lastApplied()).toBe(before + 1)
  expect(await road.sampleTimes(ownDevice)).toContain(good.t)
  await road.pass(25 * SECOND_MS)
  expect(await road.api.gateway(neighbour.id)).toMatchObject({
    link: 'connected',
    refused: {},
    spoolDepth: 0,
  })
  expect(await road.sampleTimes(foreignDevice)).toEqual(neighbour.spooledTimes(foreignDevice))
  expect((await road.api.device(foreignDevice)).state).toBe('up')
}

/** How much was refused by what `act` did, by reason. */
async function refusedBy(act: () => Promise<void>): Promise<Record<string, number>> {
  const before = await refused()
  await act()
  const more = Object.entries(await refused()).map(
    ([reason, count]) => [reason, count - (before[reason] ?? 0)] as const,
  )
  return Object.fromEntries(more.filter(([, count]) => count > 0))
}

test('a bad entry is dropped and counted, and the rest of its batch is applied', async () => {
  const well = () => evil.entry(ownDevice)
  const bad: [string, string, () => unknown][] = [
    ["of another gateway's device", 'foreign_device', () => evil.entry(foreignDevice)],
    ['of a device nobody knows', 'unknown_device', () => evil.entry('0190-not-a-device')],
    ['of a time to come', 'future', () => ({ ...well(), t: road.clock.now() + 6 * MINUTE_MS })],
    ['with a sign of life to come', 'future', () => ({ ...well(), evidenceAt: road.clock.now() + HOUR_MS })],
    [
      'older than anything that is kept',
      'too_old',
      () => ({ ...well(), t: road.clock.now() - 401 * DAY_MS }),
    ],
    ['with a metric of no proper name', 'schema', () => ({ ...well(), samples: { 'DROP TABLE': 1 } })],
    ['with text for a number', 'schema', () => ({ ...well(), samples: { rtt_ms: 'NaN' } })],
    ['with nothing for a number', 'schema', () => ({ ...well(), samples: { rtt_ms: null } })],
    ['that is no object', 'schema', () => 17],
    ['that is a list', 'schema', () => [[]]],
    ['with a time between two milliseconds', 'schema', () => ({ ...well(), t: road.clock.now() + 0.5 })],
    ['with a number beyond all numbers', 'schema', () => ({ ...well(), samples: { rtt_ms: BEYOND } })],
  ]
  for (const [what, reason, spoilt] of bad) {
    const before = await road.sampleTimes(ownDevice)
    const good = well()
    const body = JSON.stringify({ ...evil.envelope(), devices: [spoilt(), good] })
    expect(await refusedBy(() => evil.raw(body.replace(BEYOND_IN_JSON, '1e999'))), what).toEqual({
      [reason]: 1,
    })
    expect(evil.acks.at(-1), what).toMatchObject({ through: evil.seq })
    expect(evil.acks.at(-1)?.refused, what).toBeUndefined()
    expect(await road.sampleTimes(ownDevice), what).toEqual([...before, good.t])
  }
  await expectSitesGoOn()
})

test('a bad batch costs its own content: it is put aside, its number is used up, the gateway hears of it', async () => {
  const spoilt = (change: object): string =>
    JSON.stringify({ ...evil.envelope(), devices: [evil.entry(ownDevice)], ...change })
  const bad: [string, () => string | Buffer][] = [
    ['with NaN in it', () => spoilt({}).replace('"rtt_ms":1', '"rtt_ms":NaN')],
    ['that is no JSON', () => 'batch?'],
    ['that is empty', () => ''],
    ['of another version', () => spoilt({ v: 2 })],
    ['without a watermark', () => spoilt({ through: undefined })],
    ['with a watermark between two milliseconds', () => spoilt({ through: road.clock.now() + 0.5 })],
    ['whose number is not the one of its topic', () => spoilt({ seq: evil.seq + 2 })],
    ['whose epoch is not the one of its topic', () => spoilt({ epoch: 7 })],
    ["in another gateway's name", () => spoilt({ gatewayId: neighbour.id })],
    ['that inflates to a hundred megabytes', () => deflateSync(spoilt({}) + ' '.repeat(100 * 1024 * 1024))],
    ['that only begins to be deflated', () => deflateSync(Buffer.from(spoilt({}))).subarray(0, 40)],
  ]
  const before = await road.sampleTimes(ownDevice)
  for (const [what, body] of bad) {
    expect(await refusedBy(() => evil.raw(body())), what).toEqual({ quarantined: 1 })
    const { seq } = evil
    expect(evil.acks.at(-1), what).toMatchObject({ through: seq, refused: [{ seq, code: 'quarantined' }] })
  }
  expect(await road.sampleTimes(ownDevice)).toEqual(before)
  expect(await road.api.tickets()).toMatchObject([{ cause: 'batches_refused', gatewayId: evil.id }])
  await expectSitesGoOn()
})

test('a number out of turn is dropped: the past is acknowledged again, the missing one asked for, another epoch counted', async () => {
  const applied = await lastApplied()
  const body = (change: object) => JSON.stringify({ ...evil.envelope(), devices: [], ...change })
  await evil.send(batchTopic(evil.id, 1, 1), body({ seq: 1 }))
  expect(evil.acks.at(-1)).toMatchObject({ through: applied })
  expect(evil.acks.at(-1)?.expect).toBeUndefined()
  await evil.send(batchTopic(evil.id, 1, applied + 5), body({ seq: applied + 5 }))
  expect(evil.acks.at(-1)).toMatchObject({ through: applied, expect: applied + 1 })
  await evil.send(batchTopic(evil.id, 7, 1), body({ epoch: 7, seq: 1 }))
  expect(await refused()).toEqual({ foreign_epoch: 1 })
  expect(await lastApplied()).toBe(applied)
  await expectSitesGoOn()
})

test('what is sent before the hello was welcomed is not taken', async () => {
  const applied = await lastApplied()
  await evil.hello({ v: 99 })
  const stranger = await HandDrivenGateway.connect(road, evil.credentials)
  await stranger.send(
    batchTopic(evil.id, 1, applied + 1),
    JSON.stringify({ ...evil.envelope(), devices: [] }),
  )
  expect(await lastApplied()).toBe(applied)
  expect(stranger.acks).toEqual([])
})

test('a hello of another version or of an epoch that is over is answered with a sentence, one that makes no sense not at all', async () => {
  for (const [code, change] of [
    ['wire_version', { v: 99 }],
    ['superseded', { epoch: 0 }],
  ] as const) {
    await evil.hello(change)
    expect(evil.refusals.at(-1)).toMatchObject({ code, message: expect.stringMatching(/\.$/) })
  }
  for (const body of ['{}', 'hello', '{"v":1e999}', '[]']) await evil.send(upTopic(evil.id, 'hello'), body)
  expect(await refused()).toEqual({ wire_version: 1, superseded: 1, hello_unreadable: 4 })
  expect(evil.refusals).toHaveLength(2)
  await evil.hello()
  await expectSitesGoOn()
})

test('beats, answers and goodbyes that make no sense change nothing', async () => {
  for (const body of ['', '{}', '[', '{"epoch":1e999}', '\0']) {
    await evil.send(upTopic(evil.id, 'beat'), body)
    await evil.send(upTopic(evil.id, 'answer'), body)
  }
  expect(await refused()).toEqual({ beat_unreadable: 5 })
  await expectSitesGoOn()
})

test('a watermark from the future makes nothing silent', async () => {
  const at = road.clock.now()
  await evil.batch([evil.entry(ownDevice)])
  await evil.batch([], { through: at + DAY_MS })
  const miss = { check: 'snmp', at, ok: false, reason: 'timeout', tookMs: 1 }
  await evil.batch([{ id: ownDevice, t: road.clock.now(), checks: [miss] }])
  await road.pass(SECOND_MS)
  expect(road.everySilence()).toEqual([])
  await expectSitesGoOn()
})
