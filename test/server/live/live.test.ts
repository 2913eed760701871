import { describe, expect, test } from 'vitest'
import { inScope } from '../../../server/access/scope.ts'
import { createDevices, planned } from '../../../server/devices/create.ts'
import { publicOrigin } from '../api-under-test.ts'
import { liveUnderTest } from './live-under-test.ts'

const FLUSH_MS = 200
const TICK_MS = 5_000

describe('the door', () => {
  test('lets in who is signed in, by token or by cookie, and says what time it is', async () => {
    const { connect, noc, clock } = await liveUnderTest()
    await connect({ token: noc })
    const headers = { cookie: `stillwatch_session=${noc}`, origin: publicOrigin }
    const { next } = await connect({ headers })
    await clock.advance(TICK_MS)
    expect(await next('time')).toBe(clock.now())
    await connect({ headers: { cookie: headers.cookie }, transports: ['polling', 'websocket'] })
  })

  test('turns away who is not signed in, and pages of other sites', async () => {
    const { refused, noc } = await liveUnderTest()
    expect(await refused({})).toBe('unauthenticated')
    expect(await refused({ token: 'guess' })).toBe('unauthenticated')
    const cookie = `stillwatch_session=${noc}`
    expect(await refused({ headers: { cookie, origin: 'https://elsewhere.example' } })).toMatch(
      /websocket error/,
    )
    expect(await refused({ headers: { cookie, 'sec-fetch-site': 'cross-site' } })).toMatch(/websocket error/)
  })

  test('closes at the next tick when the session has ended, or at once when the account has changed', async () => {
    const { connect, noc, clock, records, live, signedInAs } = await liveUnderTest()
    const first = await connect({ token: noc })
    const closed = first.gone()
    await records.write((trx) => trx.deleteFrom('session').execute())
    await clock.advance(TICK_MS)
    // Not "io server disconnect": after that a browser would not try again.
    expect(await closed).toBe('transport close')

    const owner = await signedInAs('owner')
    const second = await connect({ token: owner })
    const { id } = await records.read
      .selectFrom('account')
      .select('id')
      .where('role', '=', 'owner')
      .executeTakeFirstOrThrow()
    await records.write((trx) => trx.updateTable('account').set({ role: 'technician' }).execute())
    const turnedOut = second.gone()
    live.accessChanged(id)
    expect(await turnedOut).toBe('transport close')
  })

  test('holds only so many connections of one account', async () => {
    const { connect, refused, noc } = await liveUnderTest()
    for (let n = 0; n < 20; n += 1) await connect({ token: noc })
    expect(await refused({ token: noc })).toBe('too_many_requests')
  })

  test('drops a connection that sends more than a watch list needs', async () => {
    const { connect, noc } = await liveUnderTest()
    const { browser, gone } = await connect({ token: noc })
    const closed = gone()
    browser.emit('watch', ['x'.repeat(100_000)])
    expect(await closed).toBe('transport close')
  })
})

describe('changes', () => {
  test('arrive once, as the API would show them, however often they were reported', async () => {
    const { connect, noc, live, clock, add, call } = await liveUnderTest()
    const id = await add({ name: 'Lobby' })
    const { next, heard } = await connect({ token: noc })
    for (let n = 0; n < 5; n += 1) live.changed({ deviceIds: [id, id] })
    await clock.advance(FLUSH_MS)
    const { body } = await call('GET', '/api/v1/devices', { token: noc })
    expect(await next('devices')).toEqual(body.items)
    await clock.advance(TICK_MS)
    await next('time')
    expect(heard.filter(([event]) => event === 'devices')).toHaveLength(1)
  })

  test('are told per site, and to owners without how to reach a device', async () => {
    const api = await liveUnderTest()
    const siteId = await api.addSite('Mill')
    const { id: gatewayId } = await api.addGateway(siteId)
    const here = await api.add({ name: 'Here', address: 'here.example' })
    const there = await api.add({ name: 'There', siteId, gatewayId })
    const desk = await api.connect({ token: api.noc })
    const owner = await api.connect({ token: await api.signedInAs('owner', [api.siteId]) })
    const technician = await api.connect({ token: await api.signedInAs('technician', [siteId]) })
    api.live.changed({ deviceIds: [here, there], gatewayIds: [gatewayId] })
    await api.clock.advance(FLUSH_MS)
    expect((await desk.next('devices')).map((device) => device.id).toSorted()).toEqual(
      [here, there].toSorted(),
    )
    expect(await owner.next('devices')).toMatchObject([{ id: here, address: '' }])
    expect(await technician.next('devices')).toMatchObject([{ id: there }])
    expect(await technician.next('gateways')).toMatchObject([{ id: gatewayId, deviceCount: 1 }])
    await api.clock.advance(TICK_MS)
    await owner.next('time')
    expect(owner.heard.map(([event]) => event)).toEqual(['devices', 'time'])
  })

  test('of another tenant stay there', async () => {
    const api = await liveUnderTest()
    const id = await api.add()
    const { next, heard } = await api.connect({ token: api.noc })
    await api.records.write(async (trx) => {
      await trx.insertInto('tenant').values({ id: 'other', name: 'Other' }).execute()
      await trx.updateTable('site').set({ tenant_id: 'other' }).execute()
    })
    api.live.changed({ deviceIds: [id] })
    await api.clock.advance(FLUSH_MS)
    await api.clock.advance(TICK_MS)
    await next('time')
    expect(heard.map(([event]) => event)).toEqual(['time'])
  })

  test('of what is gone by then say so, before anything else', async () => {
    const { connect, noc, live, clock, add, call } = await liveUnderTest()
    const removed = await add()
    const moved = await add()
    const { next, heard } = await connect({ token: noc })
    await call('DELETE', `/api/v1/devices/${removed}`, { token: noc })
    live.changed({ deviceIds: [removed], goneDeviceIds: [moved] })
    await clock.advance(FLUSH_MS)
    expect((await next('devices')).map((device) => device.id)).toEqual([moved])
    expect(heard.map(([event]) => event)).toEqual(['devicesGone', 'devices'])
    expect((await next('devicesGone')).toSorted()).toEqual([removed, moved].toSorted())
  })
})

const isSamples = ([event]: [string, unknown]): boolean => event === 'samples'

describe('values', () => {
  test('go only to who watches the device and may see it, the latest of each metric', async () => {
    const api = await liveUnderTest()
    const siteId = await api.addSite('Mill')
    const { id: gatewayId } = await api.addGateway(siteId)
    const here = await api.add()
    const there = await api.add({ siteId, gatewayId })
    const technician = await api.connect({ token: await api.signedInAs('technician', [api.siteId]) })
    const desk = await api.connect({ token: api.noc })
    technician.browser.emit('watch', [here, there])
    desk.browser.emit('watch', [there])
    const values = [
      { deviceId: here, at: 1, samples: { rtt_ms: 1, temperature_c: 20 } },
      { deviceId: here, at: 2, samples: { rtt_ms: 2 } },
      { deviceId: there, at: 3, samples: { rtt_ms: 3 } },
    ]
    // A watch list is not answered: values are sent until both have some.
    while (!technician.heard.some(isSamples) || !desk.heard.some(isSamples)) {
      api.live.samples(values)
      await api.clock.advance(FLUSH_MS)
    }
    expect(await technician.next('samples')).toEqual([
      { deviceId: here, at: 2, samples: { rtt_ms: 2, temperature_c: 20 } },
    ])
    expect(await desk.next('samples')).toEqual([{ deviceId: there, at: 3, samples: { rtt_ms: 3 } }])
  })
})

test('a browser that falls behind misses values, and stays', async () => {
  const api = await liveUnderTest()
  const deviceId = await api.add()
  const { browser, heard } = await api.connect({ token: api.noc })
  const many = Array.from({ length: 5_000 }, (_, n) => [`metric_number_${n}_ms`, n])
  const value = { deviceId, at: 1, samples: Object.fromEntries(many) }
  const push = async () => {
    api.live.samples([value])
    await api.clock.advance(FLUSH_MS)
  }
  browser.emit('watch', [deviceId])
  while (!heard.some(isSamples)) await push()
  const line = networkOf(browser)
  line.pause()
  for (let n = 0; n < 300; n += 1) await push()
  expect(api.live.connections).toBe(1)
  line.resume()
  heard.length = 0
  while (!heard.some(isSamples)) await push()
  expect(heard.length).toBeLessThan(300)
})

test('a browser that cannot keep up is cut off, and holds nobody else up', async () => {
  const api = await liveUnderTest()
  const devices = Array.from({ length: 1_000 }, (_, n) =>
    planned({
      siteId: api.siteId,
      gatewayId: api.gatewayId,
      name: `Camera ${n} ${'x'.repeat(180)}`,
      kind: 'camera',
      address: 'a',
      drivers: { mqtt: { topic: 't', offlinePayload: 'offline' } },
    }),
  )
  await createDevices(
    api.room,
    (table) => inScope({ tenantId: api.tenantId, siteIds: 'all' }, table),
    devices,
  )
  const deviceIds = devices.map((device) => device.id)
  const slow = await api.connect({ token: api.noc })
  const quick = await api.connect({ token: api.noc })
  const line = networkOf(slow.browser)
  line.pause()
  const cutOff = slow.gone()
  let pushed = 0
  while (api.live.connections > 1) {
    api.live.changed({ deviceIds })
    await api.clock.advance(FLUSH_MS)
    pushed += 1
    expect(pushed).toBeLessThan(500)
  }
  line.resume()
  expect(await cutOff).toBe('transport close')
  expect(quick.browser.connected).toBe(true)
  await quick.heardTimes('devices', (pushed - 1) * 5)
})

/** The line below a browser's connection. */
function networkOf(browser: unknown): { pause(): void; resume(): void } {
  return (
    browser as { io: { engine: { transport: { ws: { _socket: { pause(): void; resume(): void } } } } } }
  ).io.engine.transport.ws._socket
}
