import { type Role, roles } from '@stillwatch/contract/roles.ts'
import { describe, expect, test } from 'vitest'
import { apiUnderTest } from '../api-under-test.ts'

type Who = 'anyone' | readonly Role[]

const everybody = roles
const office: readonly Role[] = ['admin', 'noc', 'manager']
const onSite: readonly Role[] = ['admin', 'noc', 'manager', 'technician']
const admin: readonly Role[] = ['admin']

/** Who may call what. A route that is not in this table fails the first test. */
const table: Record<string, Who> = {
  'POST /api/v1/session': 'anyone',
  'GET /api/v1/session': everybody,
  'DELETE /api/v1/session': everybody,
  'GET /api/v1/users': admin,
  'POST /api/v1/users': admin,
  'GET /api/v1/users/{id}': admin,
  'PATCH /api/v1/users/{id}': admin,
  'DELETE /api/v1/users/{id}': admin,
  'GET /api/v1/users/me': everybody,
  'PATCH /api/v1/users/me': everybody,
  'GET /api/v1/sites': everybody,
  'POST /api/v1/sites': office,
  'GET /api/v1/sites/{id}': everybody,
  'PATCH /api/v1/sites/{id}': office,
  'DELETE /api/v1/sites/{id}': office,
  'POST /api/v1/sites/{siteId}/gateways': onSite,
  'GET /api/v1/gateways': everybody,
  'GET /api/v1/gateways/{id}': everybody,
  'PATCH /api/v1/gateways/{id}': onSite,
  'DELETE /api/v1/gateways/{id}': onSite,
  'POST /api/v1/gateways/{id}/enrolment-code': onSite,
  'POST /api/v1/enrolments': 'anyone',
  'GET /api/v1/health': 'anyone',
  'GET /api/v1/overview': everybody,
  'GET /api/v1/openapi.json': 'anyone',
  'GET /metrics': ['admin', 'noc', 'manager', 'auditor'],
}

const elsewhere = '192.0.2.7'
const urlOf = (path: string) => path.replace(/\{\w+\}/g, 'nothing-has-this-id')

test('every route of the API is in the table of who may call it', async () => {
  const { call } = await apiUnderTest()
  const { body } = await call('GET', '/api/v1/openapi.json')
  const paths = body.paths as Record<string, Record<string, unknown>>
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(routes.toSorted()).toEqual(Object.keys(table).toSorted())
})

describe.each(Object.entries(table))('%s', (route, who) => {
  const [method = '', path = ''] = route.split(' ')

  test(`is open to ${who === 'anyone' ? 'anyone' : who.join(', ')} and nobody else`, async () => {
    const api = await apiUnderTest()
    const statusFor = async (token?: string) =>
      (await api.call(method, urlOf(path), { from: elsewhere, ...(token === undefined ? {} : { token }) }))
        .body.code

    const refusals = ['unauthenticated', 'forbidden']
    if (who === 'anyone') expect(refusals).not.toContain(await statusFor())
    else expect(await statusFor()).toBe('unauthenticated')
    for (const role of roles) {
      const code = await statusFor(await api.signedInAs(role))
      if (who === 'anyone' || who.includes(role)) expect(refusals, role).not.toContain(code)
      else expect(code, role).toBe('forbidden')
    }
  })
})

describe('the sites named on an account', () => {
  const scoped: Role[] = ['owner', 'technician']
  const office: Role[] = ['admin', 'noc', 'dispatcher', 'manager', 'auditor']
  const urls = (site: string, gateway: string) => [`/api/v1/sites/${site}`, `/api/v1/gateways/${gateway}`]

  async function twoSites() {
    const api = await apiUnderTest()
    const own = await api.addSite('Own')
    const other = await api.addSite('Other')
    const ownGateway = await api.addGateway(own)
    const otherGateway = await api.addGateway(other)
    return { ...api, own, other, ownGateway: ownGateway.id, otherGateway: otherGateway.id }
  }

  test.each(scoped)('limit what a %s sees, one by one and in lists', async (role) => {
    const { call, signedInAs, own, other, ownGateway, otherGateway } = await twoSites()
    const token = await signedInAs(role, [own])
    for (const url of urls(own, ownGateway)) expect((await call('GET', url, { token })).status).toBe(200)
    for (const url of urls(other, otherGateway)) expect((await call('GET', url, { token })).status).toBe(404)
    const ids = async (url: string) => (await call('GET', url, { token })).body.items.map(({ id }) => id)
    expect(await ids('/api/v1/sites')).toEqual([own])
    expect(await ids('/api/v1/gateways')).toEqual([ownGateway])
    expect(await ids(`/api/v1/gateways?site=${other}`)).toEqual([])
    const overview = (await call('GET', '/api/v1/overview', { token })).body
    expect(overview).toMatchObject({ sites: 1, gateways: 1 })
  })

  test.each(office)('do not limit a %s', async (role) => {
    const { call, signedInAs, own, other } = await twoSites()
    const token = await signedInAs(role, [own])
    const { items } = (await call('GET', '/api/v1/sites', { token })).body
    expect(items.map(({ id }) => id)).toEqual([own, other])
  })

  test('limit what a technician changes: elsewhere there is nothing to change', async () => {
    const { call, signedInAs, own, other, ownGateway, otherGateway } = await twoSites()
    const token = await signedInAs('technician', [own])
    const changes = (site: string, gateway: string) =>
      [
        ['POST', `/api/v1/sites/${site}/gateways`, { name: 'Roof' }],
        ['PATCH', `/api/v1/gateways/${gateway}`, { name: 'Roof' }],
        ['POST', `/api/v1/gateways/${gateway}/enrolment-code`, undefined],
        ['DELETE', `/api/v1/gateways/${gateway}`, undefined],
      ] as const
    for (const [method, url, body] of changes(other, otherGateway)) {
      expect((await call(method, url, { token, body })).status, url).toBe(404)
    }
    for (const [method, url, body] of changes(own, ownGateway)) {
      expect((await call(method, url, { token, body })).status, url).toBeLessThan(300)
    }
  })

  test('an account without sites sees none', async () => {
    const { call, signedInAs } = await twoSites()
    const { body } = await call('GET', '/api/v1/sites', { token: await signedInAs('owner') })
    expect(body).toMatchObject({ items: [], total: 0 })
  })

  test('a row of another tenant does not exist, whatever the role', async () => {
    const { call, signedInAs, records } = await twoSites()
    await records.write(async (trx) => {
      await trx.insertInto('tenant').values({ id: 'tenant-2', name: 'Rival' }).execute()
      const site = {
        id: 'site-2',
        tenant_id: 'tenant-2',
        number: 1,
        name: 'X',
        time_zone: 'UTC',
        created_at: 0,
      }
      await trx.insertInto('site').values(site).execute()
    })
    const token = await signedInAs('admin')
    expect((await call('GET', '/api/v1/sites/site-2', { token })).status).toBe(404)
    expect((await call('GET', '/api/v1/sites', { token })).body.total).toBe(2)
    const body = { username: 'spy', password: '0123456789', role: 'owner', siteIds: ['site-2'] }
    expect((await call('POST', '/api/v1/users', { token, body })).status).toBe(400)
  })
})
