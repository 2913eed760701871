import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { hashCode } from '../../../server/gateways/enrolment-code.ts'
import { prepareLocalGateway } from '../../../server/gateways/local-gateway.ts'
import { addSite } from '../../../server/sites/sites.ts'
import { apiUnderTest } from '../api-under-test.ts'

async function firstStart() {
  const api = await apiUnderTest()
  const { records, tenantId, directory } = api
  const dir = join(directory, 'gateway')
  const prepare = () =>
    prepareLocalGateway(api, {
      dir,
      tenantId,
      tlsFingerprint: null,
      addSite: (trx) => addSite(trx, tenantId, { name: 'My site', timeZone: 'Asia/Shanghai' }, 0),
    })
  const gateways = () => records.read.selectFrom('gateway').selectAll().execute()
  const sites = () => records.read.selectFrom('site').select('name').execute()
  const code = () => readFileSync(join(dir, 'enrolment-code'), 'utf8').trim()
  return { ...api, dir, prepare, gateways, sites, code }
}

test('a machine that watches for itself gets a site, a gateway and a code only its user can read', async () => {
  const { prepare, dir, gateways, sites, records, code } = await firstStart()
  await prepare()
  expect(await sites()).toEqual([{ name: 'My site' }])
  expect(await gateways()).toMatchObject([{ name: 'This machine', link: 'not_enrolled' }])
  expect(statSync(join(dir, 'enrolment-code')).mode & 0o777).toBe(0o600)
  const { code_hash } = await records.read.selectFrom('enrolment_code').selectAll().executeTakeFirstOrThrow()
  expect(hashCode(code())).toBe(code_hash)
})

test('a start that came to nothing is taken up again: the same gateway, a fresh code', async () => {
  const { prepare, gateways, code } = await firstStart()
  await prepare()
  const first = { gateways: await gateways(), code: code() }
  await prepare()
  expect(await gateways()).toEqual(first.gateways)
  expect(code()).not.toBe(first.code)
})

test('a gateway that knows itself is left alone', async () => {
  const { prepare, dir, records } = await firstStart()
  await prepare()
  writeFileSync(join(dir, 'identity.json'), '{}')
  const codes = () => records.read.selectFrom('enrolment_code').selectAll().execute()
  const before = await codes()
  await prepare()
  expect(await codes()).toEqual(before)
})

test('a site that is there already is taken', async () => {
  const { prepare, addSite: add, sites } = await firstStart()
  await add('Harbour house')
  await prepare()
  expect(await sites()).toEqual([{ name: 'Harbour house' }])
})

test('a gateway a person has removed is made anew', async () => {
  const { prepare, gateways, records } = await firstStart()
  await prepare()
  const before = await gateways()
  await records.write((trx) => trx.deleteFrom('gateway').execute())
  await prepare()
  expect(await gateways()).toHaveLength(1)
  expect(await gateways()).not.toEqual(before)
})
