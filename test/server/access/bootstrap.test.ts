import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bootstrap } from '../../../server/access/bootstrap.ts'
import { Passwords } from '../../../server/access/passwords.ts'
import { loadMasterKey } from '../../../server/access/secret-file.ts'
import { openRecords } from '../../../server/store/records/records.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { quickCost } from '../api-under-test.ts'

async function firstStart(adminPassword: string | null) {
  const records = openRecords(join(temporaryDirectory(), 'records.db'))
  const deps = { records, clock: new FakeClock(), passwords: new Passwords(quickCost) }
  return { ...deps, outcome: await bootstrap(deps, adminPassword) }
}

const everything = async ({ records }: Awaited<ReturnType<typeof firstStart>>) => ({
  meta: await records.read.selectFrom('meta').selectAll().execute(),
  tenants: await records.read.selectFrom('tenant').selectAll().execute(),
  accounts: await records.read.selectFrom('account').selectAll().execute(),
})

test('the first start makes a tenant, an admin with a made-up password, and the counters', async () => {
  const started = await firstStart(null)
  const { meta, tenants, accounts } = await everything(started)
  expect(Object.fromEntries(meta.map(({ key, value }) => [key, value]))).toMatchObject({
    generation: '1',
    config_version: '0',
    ticket_number: '0',
    site_number: '0',
  })
  expect(tenants).toHaveLength(1)
  expect(accounts).toMatchObject([{ username: 'admin', role: 'admin' }])
  const { generatedPassword } = started.outcome
  expect(generatedPassword).toHaveLength(20)
  expect(await started.passwords.verify(generatedPassword ?? '', accounts[0]?.password_hash ?? '')).toBe(true)
  await started.records.close()
})

test('a given admin password is taken and not shown again', async () => {
  const started = await firstStart('given by the owner')
  const { accounts } = await everything(started)
  expect(started.outcome.generatedPassword).toBeNull()
  expect(await started.passwords.verify('given by the owner', accounts[0]?.password_hash ?? '')).toBe(true)
  await started.records.close()
})

test('later starts change nothing, also with another admin password', async () => {
  const started = await firstStart(null)
  const before = await everything(started)
  const again = await bootstrap(started, 'another password')
  expect(again).toEqual({ tenantId: started.outcome.tenantId, generatedPassword: null })
  expect(await everything(started)).toEqual(before)
  await started.records.close()
})

test('the secret file is made once, for this user only', () => {
  const file = join(temporaryDirectory(), 'deep', 'secret.key')
  const key = loadMasterKey(file, false)
  expect(key).toHaveLength(32)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(loadMasterKey(file, true)).toEqual(key)
})

test('a lost secret file is not replaced while devices are sealed with it', () => {
  const file = join(temporaryDirectory(), 'secret.key')
  expect(() => loadMasterKey(file, true)).toThrow(/secret file .* is missing.*STILLWATCH_SECRET_FILE/)
})

test.each(['', 'abc', 'z'.repeat(64), `${'a'.repeat(64)}\nmore`])(
  'a secret file with %j is refused',
  (text) => {
    const file = join(temporaryDirectory(), 'secret.key')
    writeFileSync(file, text)
    chmodSync(file, 0o600)
    expect(() => loadMasterKey(file, false)).toThrow('does not hold a key')
    expect(readFileSync(file, 'utf8')).toBe(text)
  },
)
