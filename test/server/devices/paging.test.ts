import type { DeviceSummary } from '@stillwatch/contract/api/devices.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inScope } from '../../../server/access/scope.ts'
import { createDevices, planned } from '../../../server/devices/create.ts'
import type { InScope } from '../../../server/devices/device-room.ts'
import { listDevices } from '../../../server/devices/list.ts'
import { propertyParameters } from '../../suites/counts.ts'
import { type DevicesUnderTest, devicesUnderTest } from './devices-under-test.ts'

// Few letters: many devices of one name, and of names that differ only in case.
const name = fc.string({ unit: fc.constantFrom('a', 'A', 'b', 'ä', '%', ' 1'), minLength: 1, maxLength: 3 })

async function addAll(api: DevicesUnderTest, everything: InScope, siteId: string, names: string[]) {
  const { id: gatewayId } = await api.records.read
    .selectFrom('gateway')
    .select('id')
    .where('site_id', '=', siteId)
    .executeTakeFirstOrThrow()
  const devices = names.map((one) =>
    planned({
      siteId,
      gatewayId,
      name: one,
      kind: 'camera',
      address: 'a',
      drivers: { mqtt: { topic: 't', offlinePayload: 'offline' } },
    }),
  )
  await createDevices(api.room, everything, devices)
  return devices.map((device) => device.id)
}

test('paging shows every device once and in order, whatever the page size and whatever is added meanwhile', async () => {
  const api = await devicesUnderTest()
  const everything: InScope = (table) => inScope({ tenantId: api.tenantId, siteIds: 'all' }, table)
  const run = async (first: string[], meanwhile: string[][], limit: number) => {
    const siteId = await api.addSite()
    await api.addGateway(siteId)
    const before = await addAll(api, everything, siteId, first)
    const added: string[] = []
    const seen: DeviceSummary[] = []
    for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page += 1) {
      const query = { site: siteId, limit, ...(cursor === undefined ? {} : { cursor }) }
      const list = await listDevices(api.records, api.health, everything, query, true)
      expect(page).toBeLessThan(100)
      expect(list.total).toBe(before.length + added.length)
      expect(list.items.length).toBeLessThanOrEqual(limit)
      seen.push(...list.items)
      cursor = list.next
      added.push(...(await addAll(api, everything, siteId, meanwhile[page] ?? [])))
    }
    const ids = seen.map((device) => device.id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.filter((id) => before.includes(id)).toSorted()).toEqual(before.toSorted())
    const folded = seen.map((device) => device.name.replace(/[A-Z]/g, (letter) => letter.toLowerCase()))
    expect(folded).toEqual(folded.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
  }
  await fc.assert(
    fc.asyncProperty(
      fc.array(name, { maxLength: 12 }),
      fc.array(fc.array(name, { maxLength: 3 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 5 }),
      run,
    ),
    propertyParameters(0.25),
  )
})

test('a list reads no more rows than its page needs', async () => {
  const { records } = await devicesUnderTest()
  const plan = records.readDb
    .prepare(
      `EXPLAIN QUERY PLAN SELECT id, state, open_conditions FROM device_view
       WHERE device_view.tenant_id = 'a' AND (name COLLATE NOCASE, id) > ('x', 'y') ORDER BY name COLLATE NOCASE, id LIMIT 101`,
    )
    .all()
    .map((row) => String(row.detail))
  expect(plan.join('\n')).toMatch(/USING INDEX device_by_name/)
  expect(plan.join('\n')).not.toMatch(/TEMP B-TREE|SCAN/)
})

test.each(['nonsense', 'W10', 'WzEsMl0', ''])('"%s" is no cursor of this list', async (cursor) => {
  const { call, noc } = await devicesUnderTest()
  const { status, body } = await call('GET', `/api/v1/devices?cursor=${cursor}`, { token: noc })
  expect(status).toBe(400)
  expect(body.details).toEqual({ cursor: 'is not a cursor of this list' })
})

test('a list can be narrowed by state, kind, site, gateway, and part of a name or address', async () => {
  const { add, call, noc, siteId, gatewayId, addSite } = await devicesUnderTest()
  const other = await addSite('Mill')
  const camera = await add({ name: 'Lobby 100%', address: '192.0.2.77' })
  const panel = await add({ name: 'Panel', kind: 'panel', address: 'panel_1.example' })
  const ids = async (query: string) =>
    (await call('GET', `/api/v1/devices?${query}`, { token: noc })).body.items.map((item) => item.id)
  expect(await ids('kind=panel,door')).toEqual([panel])
  expect(await ids('state=unknown')).toEqual([camera, panel])
  expect(await ids('state=up,degraded')).toEqual([])
  expect(await ids(`site=${siteId}&gateway=${gatewayId}`)).toEqual([camera, panel])
  expect(await ids(`site=${other}`)).toEqual([])
  expect(await ids('q=lobby')).toEqual([camera])
  expect(await ids('q=100%25')).toEqual([camera])
  expect(await ids('q=2.7')).toEqual([camera])
  expect(await ids('q=l_1')).toEqual([panel])
  expect(await ids('q=lo_by')).toEqual([])
  const wrong = await call('GET', '/api/v1/devices?state=dead', { token: noc })
  expect(wrong.body.details).toHaveProperty('state')
})
