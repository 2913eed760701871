import { randomBytes } from 'node:crypto'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { Kysely } from 'kysely'
import { v7 as uuid } from 'uuid'
import type { Records } from '../store/records/records.ts'
import type { Tables } from '../store/records/tables.ts'
import { addUser } from './accounts.ts'
import type { Passwords } from './passwords.ts'

/** Counters every other room relies on, with the values of a new installation. */
const firstMeta = { generation: '1', config_version: '0', ticket_number: '0', site_number: '0' }

/**
 * What a new installation needs before anybody can use it: the tenant, the user `admin`, the counters. Changes nothing later on.
 * Answers the admin's password when it made one up, to be shown once.
 */
export async function bootstrap(
  { records, clock, passwords }: { records: Records; clock: Clock; passwords: Passwords },
  adminPassword: string | null,
): Promise<{ tenantId: string; generatedPassword: string | null }> {
  const existing = await records.read.selectFrom('tenant').select('id').executeTakeFirst()
  if (existing) return { tenantId: existing.id, generatedPassword: null }
  const password = adminPassword ?? randomBytes(15).toString('base64url')
  const hash = await passwords.hash(password)
  const tenantId = await records.write((trx) => firstRows(trx, hash, clock.now()))
  return { tenantId, generatedPassword: adminPassword === null ? password : null }
}

async function firstRows(trx: Kysely<Tables>, adminHash: string, now: number): Promise<string> {
  const tenantId = uuid()
  await trx.insertInto('tenant').values({ id: tenantId, name: 'Stillwatch' }).execute()
  const rows = Object.entries(firstMeta).map(([key, value]) => ({ key, value }))
  await trx
    .insertInto('meta')
    .values(rows)
    .onConflict((on) => on.doNothing())
    .execute()
  await addUser(trx, tenantId, { username: 'admin', role: 'admin' }, adminHash, now)
  return tenantId
}
