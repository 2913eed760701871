import { say } from '@stillwatch/contract/sentences.ts'
import { describe, expect, test } from 'vitest'
import { devicesUnderTest } from './devices-under-test.ts'

/** Two sites with a device each, an owner and a technician of the first. */
async function twoSites() {
  const api = await devicesUnderTest()
  const siteId = await api.addSite('Mill')
  const { id: gatewayId } = await api.addGateway(siteId)
  const here = await api.add({
    name: 'Here',
    address: 'here.example',
    drivers: { mqtt: { topic: 'secret/topic', password: 'hush' } },
  })
  const there = await api.add({ name: 'There', siteId, gatewayId, dependsOn: [here] })
  const owner = await api.signedInAs('owner', [api.siteId])
  const technician = await api.signedInAs('technician', [api.siteId])
  return { ...api, here, there, owner, technician, otherSite: { siteId, gatewayId } }
}

describe('who sees only some sites', () => {
  test('finds nothing of the others, by any route', async () => {
    const { call, there, technician } = await twoSites()
    const list = await call('GET', '/api/v1/devices', { token: technician })
    expect(list.body).toMatchObject({ total: 1, items: [{ name: 'Here', address: 'here.example' }] })
    const range = 'from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z'
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/series'],
      ['GET', `/samples?metric=rtt_ms&${range}`],
      ['GET', '/timeline'],
      ['POST', '/check'],
    ] as const) {
      const { status } = await call(method, `/api/v1/devices/${there}${path}`, { token: technician })
      expect([path, status]).toEqual([path, 404])
    }
  })

  test('does not learn what depends on a device from elsewhere', async () => {
    const { call, here, technician } = await twoSites()
    const { body } = await call('GET', `/api/v1/devices/${here}`, { token: technician })
    expect(body.behind).toEqual([])
  })

  test('reads only: the office changes devices', async () => {
    const { call, here, technician, owner } = await twoSites()
    for (const token of [technician, owner]) {
      for (const [method, url] of [
        ['POST', '/api/v1/devices'],
        ['POST', '/api/v1/devices/import'],
        ['PATCH', `/api/v1/devices/${here}`],
        ['DELETE', `/api/v1/devices/${here}`],
      ] as const) {
        expect((await call(method, url, { token, body: {} })).status).toBe(403)
      }
    }
  })
})

describe('an owner', () => {
  test('never sees how to reach a device', async () => {
    const { call, here, owner, road, records, clock } = await twoSites()
    road.checks.set(here, [
      {
        check: 'mqtt',
        at: clock.now(),
        ok: false,
        reason: 'timeout',
        detail: 'here.example said nothing',
        tookMs: 1,
      },
    ])
    const silent = say('state.down_never_seen', {
      check: 'mqtt',
      reason: 'name_not_found',
      detail: 'the name here.example has no address',
    })
    await records.write(async (trx) => {
      await trx.updateTable('gateway').set({ link: 'connected' }).execute()
      const reason = JSON.stringify(silent)
      await trx
        .insertInto('device_state')
        .values({ device_id: here, state: 'down', since: 1, reason, restarted_watched: null })
        .execute()
      await trx
        .insertInto('condition')
        .values({
          id: 'c',
          subject_id: here,
          code: 'silent',
          level: 3,
          since: 1,
          recovered_at: null,
          clears_watched: null,
          until: null,
          evidence: reason,
          ticket_id: null,
        })
        .execute()
    })
    const { body } = await call('GET', `/api/v1/devices/${here}`, { token: owner })
    expect(body).toMatchObject({
      name: 'Here',
      state: 'down',
      address: '',
      drivers: {},
      secrets: [],
      checks: [{ check: 'mqtt', reason: 'timeout' }],
      conditions: [{ code: 'silent', level: 3 }],
      reason: { params: { detail: 'the name … has no address' } },
    })
    const list = await call('GET', '/api/v1/devices', { token: owner })
    expect(JSON.stringify([body, list.body])).not.toMatch(/here\.example|secret\/topic|hush/)
  })

  test('cannot find out an address by searching for it', async () => {
    const { call, owner, technician } = await twoSites()
    const found = async (token: string) =>
      (await call('GET', '/api/v1/devices?q=here.ex', { token })).body.total
    expect(await found(technician)).toBe(1)
    expect(await found(owner)).toBe(0)
  })

  test('asks no device', async () => {
    const { call, here, owner } = await twoSites()
    expect((await call('POST', `/api/v1/devices/${here}/check`, { token: owner })).status).toBe(403)
  })
})

test('people of another tenant find nothing and change nothing', async () => {
  const api = await twoSites()
  const stranger = await api.signedInAs('noc')
  await api.records.write(async (trx) => {
    await trx.insertInto('tenant').values({ id: 'other', name: 'Other' }).execute()
    const { account_id } = await trx
      .selectFrom('session')
      .select('account_id')
      .orderBy('account_id', 'desc')
      .executeTakeFirstOrThrow()
    await trx.updateTable('account').set({ tenant_id: 'other' }).where('id', '=', account_id).execute()
  })
  const { call, here, siteId, gatewayId } = api
  expect((await call('GET', '/api/v1/devices', { token: stranger })).body).toMatchObject({
    items: [],
    total: 0,
  })
  const body = {
    siteId,
    gatewayId,
    name: 'A',
    kind: 'camera',
    address: 'a',
    drivers: { snmp: { version: '1' } },
  }
  expect((await call('POST', '/api/v1/devices', { token: stranger, body })).status).toBe(404)
  expect(
    (await call('PATCH', `/api/v1/devices/${here}`, { token: stranger, body: { name: 'B' } })).status,
  ).toBe(404)
  expect((await call('DELETE', `/api/v1/devices/${here}`, { token: stranger })).status).toBe(404)
  const csv = `site,gateway,name,kind,address,snmp.version\n${siteId},${gatewayId},A,camera,a,1`
  const imported = await call('POST', '/api/v1/devices/import', {
    token: stranger,
    body: { csv, dryRun: false },
  })
  expect(imported.body).toMatchObject({ created: 0, errors: [{ line: 2, column: 'site' }] })
})
