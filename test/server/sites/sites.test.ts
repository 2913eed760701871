import { describe, expect, test } from 'vitest'
import { apiUnderTest } from '../api-under-test.ts'

async function withAdmin() {
  const api = await apiUnderTest()
  return { ...api, token: await api.signedInAs('admin') }
}

const noDevices = { up: 0, degraded: 0, suspect: 0, down: 0, unreachable: 0, unknown: 0 }

describe('a site', () => {
  test('is added with the next number, read, renamed and removed', async () => {
    const { call, token } = await withAdmin()
    const add = (name: string) =>
      call('POST', '/api/v1/sites', { token, body: { name, timeZone: 'Asia/Shanghai' } })
    const { status, body } = await add('Harbour house')
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.any(String),
      number: 1,
      name: 'Harbour house',
      timeZone: 'Asia/Shanghai',
      counts: noDevices,
      openTickets: 0,
      gateways: 0,
    })
    const url = `/api/v1/sites/${String(body.id)}`
    const patch = { name: '港口大楼', timeZone: 'Europe/Berlin' }
    expect((await call('PATCH', url, { token, body: patch })).body).toMatchObject(patch)
    expect((await call('DELETE', url, { token })).status).toBe(204)
    expect((await call('GET', url, { token })).status).toBe(404)
    expect((await add('Depot')).body.number).toBe(2)
  })

  test.each(['Mars/Olympus', '+08:00', '', 'Europe', '8'])(
    'in the zone %j does not exist',
    async (timeZone) => {
      const { call, token, addSite } = await withAdmin()
      const refused = [
        await call('POST', '/api/v1/sites', { token, body: { name: 'X', timeZone } }),
        await call('PATCH', `/api/v1/sites/${await addSite()}`, { token, body: { timeZone } }),
      ]
      for (const { status, body } of refused) {
        expect(status).toBe(400)
        expect(Object.keys(body.details)).toEqual(['timeZone'])
      }
    },
  )

  test('that still has a gateway stays', async () => {
    const { call, token, addSite, addGateway } = await withAdmin()
    const site = await addSite()
    await addGateway(site)
    const { status, body } = await call('DELETE', `/api/v1/sites/${site}`, { token })
    expect([status, body.code, body.details]).toEqual([409, 'conflict', { gateways: 1 }])
  })

  test('counts its devices by state, its gateways and its open tickets', async () => {
    const { call, token, addSite, addGateway, records, tenantId } = await withAdmin()
    const site = await addSite()
    const { id: gateway_id } = await addGateway(site)
    await records.write(async (trx) => {
      await trx.updateTable('gateway').set({ link: 'connected' }).execute()
      for (const [id, state] of [
        ['d1', 'up'],
        ['d2', 'up'],
        ['d3', 'down'],
        ['d4', null],
      ] as const) {
        await trx
          .insertInto('device')
          .values(device(id, { tenant_id: tenantId, site_id: site, gateway_id }))
          .execute()
        if (state)
          await trx
            .insertInto('device_state')
            .values({ device_id: id, state, since: 0, reason: '{}' })
            .execute()
      }
      for (const [number, state] of [
        [1, 'new'],
        [2, 'repairing'],
        [3, 'resolved'],
      ] as const) {
        await trx
          .insertInto('ticket')
          .values(ticket(number, state, { tenant_id: tenantId, site_id: site }))
          .execute()
      }
    })
    const { body } = await call('GET', `/api/v1/sites/${site}`, { token })
    expect(body).toMatchObject({
      counts: { ...noDevices, up: 2, down: 1, unknown: 1 },
      gateways: 1,
      openTickets: 2,
    })
    expect((await call('GET', '/api/v1/overview', { token })).body).toEqual({
      counts: { ...noDevices, up: 2, down: 1, unknown: 1 },
      openTicketsByLevel: { '1': 0, '2': 0, '3': 2, '4': 0 },
      gatewaysLost: 0,
      sites: 1,
      gateways: 1,
      devices: 4,
    })
    await records.write((trx) => trx.updateTable('gateway').set({ link: 'lost' }).execute())
    const cut = (await call('GET', '/api/v1/overview', { token })).body
    expect(cut).toMatchObject({ counts: { ...noDevices, unknown: 4 }, gatewaysLost: 1 })
  })
})

const device = (id: string, of: { tenant_id: string; site_id: string; gateway_id: string }) => ({
  ...of,
  id,
  name: id,
  kind: 'camera' as const,
  address: '10.0.0.1',
  drivers_sealed: new Uint8Array(1),
  drivers_public: '{}',
  listened_only: 0,
  interval_s: 20,
  silence_window_s: 60,
  created_at: 0,
})

const ticket = (
  number: number,
  state: 'new' | 'repairing' | 'resolved',
  of: { tenant_id: string; site_id: string },
) => ({
  ...of,
  id: `t${number}`,
  number,
  state,
  dedup_key: `d${number}:silent`,
  title: 'Silent',
  title_sentence: '{}',
  cause: 'silent',
  level: 3,
  subject: 'Camera',
  fault_since: 0,
  opened_at: 0,
  updated_at: 0,
})
