import { describe, expect, test } from 'vitest'
import { openAtRest } from '../../../server/devices/sealed-at-rest.ts'
import { type DevicesUnderTest, devicesUnderTest } from './devices-under-test.ts'

const assignments = ({ records }: DevicesUnderTest, deviceId: string) =>
  records.read
    .selectFrom('assignment')
    .select(['gateway_id', 'from_version', 'to_version'])
    .where('device_id', '=', deviceId)
    .orderBy('from_version')
    .execute()

const configVersion = async ({ records }: DevicesUnderTest, gatewayId: string) =>
  (
    await records.read
      .selectFrom('gateway')
      .select('config_version')
      .where('id', '=', gatewayId)
      .executeTakeFirstOrThrow()
  ).config_version

const storedDrivers = async ({ records, masterKey }: DevicesUnderTest, id: string) => {
  const row = await records.read
    .selectFrom('device')
    .selectAll()
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  return openAtRest(masterKey, id, row.drivers_sealed)
}

const v3 = {
  version: '3',
  user: 'watcher',
  auth: { protocol: 'sha256', key: 'authentication-key' },
  priv: { protocol: 'aes', key: 'privacy-key-1' },
}

describe('adding a device', () => {
  test('fills in what was not said, and answers the device without its secrets', async () => {
    const api = await devicesUnderTest()
    const { call, noc, siteId, gatewayId } = api
    const body = {
      siteId,
      gatewayId,
      name: 'SW-3',
      kind: 'switch',
      address: '192.0.2.7',
      drivers: { snmp: v3 },
    }
    const answer = await call('POST', '/api/v1/devices', { token: noc, body })
    expect(answer.status).toBe(201)
    expect(answer.body).toMatchObject({
      name: 'SW-3',
      intervalS: 20,
      silenceWindowS: 60,
      recoveryHoldS: 120,
      state: 'unknown',
      reason: { key: 'state.gateway_not_enrolled' },
      lastEvidenceAt: null,
      drivers: { snmp: { version: '3', port: 161, user: 'watcher', auth: { protocol: 'sha256' } } },
      secrets: ['snmp.auth.key', 'snmp.priv.key'],
      worstCaseTimeToTicketS: 61,
      dependsOn: [],
      behind: [],
      components: [],
      warnings: [],
    })
    expect(JSON.stringify(answer.body)).not.toMatch(/authentication-key|privacy-key/)
    expect(await storedDrivers(api, String(answer.body.id))).toMatchObject({
      snmp: { ...v3, timeoutMs: 2_000 },
    })
  })

  test('no secret lies readable in the records file', async () => {
    const { add, records } = await devicesUnderTest()
    const id = await add({ drivers: { snmp: v3 } })
    const row = records.readDb.prepare('SELECT * FROM device WHERE id = ?').get(id)
    const all = Object.values(row ?? {}).map((value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value),
    )
    expect(all.join()).not.toMatch(/authentication-key|privacy-key/)
  })

  test('takes a new configuration version, hands it to its gateway and tells the road', async () => {
    const api = await devicesUnderTest()
    const first = await api.add()
    const second = await api.add()
    expect(await configVersion(api, api.gatewayId)).toBe(2)
    expect(await assignments(api, first)).toEqual([
      { gateway_id: api.gatewayId, from_version: 1, to_version: null },
    ])
    expect(api.road.changes).toEqual([
      { deviceIds: [first], gatewayIds: [api.gatewayId] },
      { deviceIds: [second], gatewayIds: [api.gatewayId] },
    ])
  })

  test('a long interval makes a long window, unless the window is said', async () => {
    const { add, call, noc } = await devicesUnderTest()
    const read = async (id: string) => (await call('GET', `/api/v1/devices/${id}`, { token: noc })).body
    expect(await read(await add({ intervalS: 3_600 }))).toMatchObject({ silenceWindowS: 10_800 })
    const odd = await read(await add({ intervalS: 100, silenceWindowS: 30 }))
    expect(odd).toMatchObject({
      silenceWindowS: 30,
      warnings: [{ key: 'device.warning.window_below_interval' }],
    })
  })

  test('a device that only speaks for itself is known as one', async () => {
    const { add, records } = await devicesUnderTest()
    const mqtt = { topic: 'site/door/1' }
    const listened = await add({ drivers: { mqtt } })
    const both = await add({ drivers: { mqtt, snmp: { version: '2c' } } })
    const rows = await records.read.selectFrom('device').select(['id', 'listened_only']).execute()
    expect(rows.find((row) => row.id === listened)?.listened_only).toBe(1)
    expect(rows.find((row) => row.id === both)?.listened_only).toBe(0)
  })

  test('two devices of one name are allowed, with a warning', async () => {
    const { add, call, noc } = await devicesUnderTest()
    await add({ name: 'Back door' })
    const id = await add({ name: 'Back door' })
    const { body } = await call('GET', `/api/v1/devices/${id}`, { token: noc })
    expect(body.warnings).toMatchObject([{ key: 'device.warning.same_name', params: { count: 1 } }])
  })

  test.each([
    ['no driver', { drivers: {} }, 'drivers'],
    ['a driver that does not exist', { drivers: { telepathy: {} } }, 'drivers.telepathy'],
    [
      'a key that is too short',
      { drivers: { snmp: { ...v3, auth: { protocol: 'sha', key: 'short' } } } },
      'drivers.snmp.auth.key',
    ],
    ['an address with a space', { address: 'a b' }, 'address'],
    ['a limit without a bound', { limits: [{ metric: 'rtt_ms', code: 'slow' }] }, 'limits.0'],
    [
      'a limit that clears above itself',
      { limits: [{ metric: 'rtt_ms', code: 'slow', above: 5, clear: 6 }] },
      'limits.0',
    ],
    [
      'a limit for what the engine judges itself',
      { limits: [{ metric: 'rtt_ms', code: 'silent', above: 5 }] },
      'limits.0',
    ],
    [
      'two limits with one code',
      {
        limits: [
          { metric: 'a_ms', code: 'slow', above: 5 },
          { metric: 'b_ms', code: 'slow', above: 5 },
        ],
      },
      'limits.1',
    ],
    ['an ancestor nobody knows', { dependsOn: ['nothing'] }, 'dependsOn'],
  ])('with %s is refused, naming the field', async (_name, fields, field) => {
    const { call, noc, siteId, gatewayId, road } = await devicesUnderTest()
    const body = {
      siteId,
      gatewayId,
      name: 'A',
      kind: 'camera',
      address: 'a',
      drivers: { snmp: { version: '1' } },
      ...fields,
    }
    const answer = await call('POST', '/api/v1/devices', { token: noc, body })
    expect(answer.status).toBe(400)
    expect(Object.keys(answer.body.details)).toEqual([field])
    expect(road.changes).toEqual([])
  })

  test('at a gateway of another site is refused', async () => {
    const { call, noc, gatewayId, addSite } = await devicesUnderTest()
    const body = {
      siteId: await addSite('Mill'),
      gatewayId,
      name: 'A',
      kind: 'camera',
      address: 'a',
      drivers: { snmp: { version: '1' } },
    }
    const answer = await call('POST', '/api/v1/devices', { token: noc, body })
    expect(answer.status).toBe(400)
    expect(answer.body.details).toEqual({ siteId: 'is not the site of this gateway' })
  })
})

describe('changing a device', () => {
  test('keeps secrets that are not said again, and forgets those that are emptied or whose part is gone', async () => {
    const api = await devicesUnderTest()
    const id = await api.add({ drivers: { snmp: { ...v3, community: 'secret-word' } } })
    const patch = (drivers: object) =>
      api.call('PATCH', `/api/v1/devices/${id}`, { token: api.noc, body: { drivers } })

    const { auth, priv } = { auth: { protocol: 'sha512' }, priv: { protocol: 'aes' } }
    const kept = await patch({ snmp: { version: '3', user: 'other', auth, priv } })
    expect(kept.body.secrets).toEqual(['snmp.auth.key', 'snmp.priv.key', 'snmp.community'])
    expect(await storedDrivers(api, id)).toMatchObject({
      snmp: {
        user: 'other',
        community: 'secret-word',
        auth: { protocol: 'sha512', key: 'authentication-key' },
      },
    })

    const less = await patch({ snmp: { version: '3', community: '', auth } })
    expect(less.body.secrets).toEqual(['snmp.auth.key'])
    const stored = await storedDrivers(api, id)
    expect(stored.snmp).not.toHaveProperty('community')
    expect(stored.snmp).not.toHaveProperty('priv')
  })

  test('a key that was never stored has to be said', async () => {
    const { add, call, noc } = await devicesUnderTest()
    const id = await add()
    const drivers = { snmp: { version: '3', auth: { protocol: 'sha' } } }
    const answer = await call('PATCH', `/api/v1/devices/${id}`, { token: noc, body: { drivers } })
    expect(answer.status).toBe(400)
    expect(answer.body.details).toHaveProperty(['drivers.snmp.auth'])
  })

  test('moving it hands it from one gateway to the other under one version', async () => {
    const api = await devicesUnderTest()
    const { id: other } = await api.addGateway(api.siteId)
    const id = await api.add()
    const { status } = await api.call('PATCH', `/api/v1/devices/${id}`, {
      token: api.noc,
      body: { gatewayId: other },
    })
    expect(status).toBe(200)
    expect(await assignments(api, id)).toEqual([
      { gateway_id: api.gatewayId, from_version: 1, to_version: 2 },
      { gateway_id: other, from_version: 2, to_version: null },
    ])
    expect(await configVersion(api, api.gatewayId)).toBe(2)
    expect(await configVersion(api, other)).toBe(2)
    expect(api.road.changes.at(-1)).toEqual({ deviceIds: [id], gatewayIds: [api.gatewayId, other] })
    expect(api.road.gone).toEqual([])
  })

  test('moving it to another site takes that site’s gateway, and browsers of the old site forget it', async () => {
    const api = await devicesUnderTest()
    const siteId = await api.addSite('Mill')
    const { id: gatewayId } = await api.addGateway(siteId)
    const id = await api.add()
    const patch = (body: object) => api.call('PATCH', `/api/v1/devices/${id}`, { token: api.noc, body })
    expect((await patch({ gatewayId })).status).toBe(400)
    expect((await patch({ siteId })).status).toBe(400)
    expect((await patch({ siteId, gatewayId })).body).toMatchObject({ siteId, gatewayId })
    expect(api.road.gone).toEqual([id])
  })

  test('a refused change leaves everything as it was', async () => {
    const api = await devicesUnderTest()
    const id = await api.add({ name: 'Before' })
    const changes = api.road.changes.length
    const body = { name: 'After', dependsOn: [id] }
    const { status } = await api.call('PATCH', `/api/v1/devices/${id}`, { token: api.noc, body })
    expect(status).toBe(409)
    const after = await api.call('GET', `/api/v1/devices/${id}`, { token: api.noc })
    expect(after.body).toMatchObject({ name: 'Before', dependsOn: [] })
    expect(await configVersion(api, api.gatewayId)).toBe(1)
    expect(api.road.changes).toHaveLength(changes)
  })
})

describe('what depends on what', () => {
  test('is shown from both ends, with a warning about a slower ancestor', async () => {
    const { add, call, noc } = await devicesUnderTest()
    const slow = await add({ name: 'SW-3', kind: 'switch', silenceWindowS: 120 })
    const camera = await add({ dependsOn: [slow] })
    const child = await call('GET', `/api/v1/devices/${camera}`, { token: noc })
    expect(child.body).toMatchObject({
      dependsOn: [slow],
      worstCaseTimeToTicketS: 121.5,
      warnings: [
        { key: 'device.warning.ancestor_window', params: { ancestor: 'SW-3', ancestorWindowS: 120 } },
      ],
    })
    const parent = await call('GET', `/api/v1/devices/${slow}`, { token: noc })
    expect(parent.body).toMatchObject({ behind: [camera] })
  })

  test('cannot run in a circle, over however many devices', async () => {
    const { add, call, noc } = await devicesUnderTest()
    const top = await add()
    const middle = await add({ dependsOn: [top] })
    const bottom = await add({ dependsOn: [middle] })
    const answer = await call('PATCH', `/api/v1/devices/${top}`, {
      token: noc,
      body: { dependsOn: [bottom] },
    })
    expect(answer.status).toBe(409)
    expect(answer.body.details).toMatchObject({ dependsOn: 'makes a circle' })
  })

  test('ends when the ancestor is removed, and the road rereads both', async () => {
    const api = await devicesUnderTest()
    const parent = await api.add()
    const child = await api.add({ dependsOn: [parent] })
    const { status } = await api.call('DELETE', `/api/v1/devices/${parent}`, { token: api.noc })
    expect(status).toBe(204)
    expect(api.road.changes.at(-1)).toEqual({ deviceIds: [parent, child], gatewayIds: [api.gatewayId] })
    const after = await api.call('GET', `/api/v1/devices/${child}`, { token: api.noc })
    expect(after.body).toMatchObject({ dependsOn: [] })
    expect((await api.call('GET', `/api/v1/devices/${parent}`, { token: api.noc })).status).toBe(404)
    // Who owned it then is still known when an old batch of its gateway arrives.
    expect(await assignments(api, parent)).toEqual([
      { gateway_id: api.gatewayId, from_version: 1, to_version: 3 },
    ])
  })
})
