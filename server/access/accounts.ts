import type { User } from '@stillwatch/contract/api/session.ts'
import type { NewUser, UserPatch } from '@stillwatch/contract/api/users.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { Kysely, Selectable } from 'kysely'
import { v7 as uuid } from 'uuid'
import type { Tables } from '../store/records/tables.ts'
import { endSessions } from './sessions.ts'

type Db = Kysely<Tables>
type AccountRow = Selectable<Tables['account']>

/** Accounts of a tenant as the API shows them, by user name; or only the one with this id. */
export async function readUsers(db: Db, tenantId: string, id?: string): Promise<User[]> {
  let accounts = db.selectFrom('account').selectAll().where('tenant_id', '=', tenantId).orderBy('username')
  if (id !== undefined) accounts = accounts.where('id', '=', id)
  const rows = await accounts.execute()
  const ids = rows.map((row) => row.id)
  const sites = await db.selectFrom('account_site').selectAll().where('account_id', 'in', ids).execute()
  return rows.map((row) =>
    toUser(
      row,
      sites.filter((site) => site.account_id === row.id).map((site) => site.site_id),
    ),
  )
}

export async function readUser(db: Db, tenantId: string, id: string): Promise<User> {
  const [user] = await readUsers(db, tenantId, id)
  if (!user) throw new StillwatchError('not_found')
  return user
}

const toUser = (row: AccountRow, siteIds: string[]): User => ({
  id: row.id,
  username: row.username,
  name: row.name,
  role: row.role,
  siteIds,
  language: row.language,
  disabled: row.disabled === 1,
  createdAt: new Date(row.created_at).toISOString(),
})

export async function addUser(
  trx: Db,
  tenantId: string,
  user: Omit<NewUser, 'password'>,
  passwordHash: string,
  now: number,
): Promise<string> {
  const taken = await trx
    .selectFrom('account')
    .select('id')
    .where('username', '=', user.username)
    .executeTakeFirst()
  if (taken) throw new StillwatchError('conflict', 'This user name is taken.', { username: 'is taken' })
  const id = uuid()
  await trx
    .insertInto('account')
    .values({
      id,
      tenant_id: tenantId,
      username: user.username,
      password_hash: passwordHash,
      name: user.name ?? user.username,
      role: user.role,
      language: user.language ?? 'en',
      created_at: now,
    })
    .execute()
  if (user.siteIds) await setSites(trx, tenantId, id, user.siteIds)
  return id
}

/** What a person may see and do changes with role, password and being disabled: they sign in again. */
export async function changeUser(
  trx: Db,
  tenantId: string,
  id: string,
  patch: Omit<UserPatch, 'password'>,
  passwordHash: string | null,
): Promise<User> {
  const { siteIds, disabled, ...fields } = patch
  const before = await readUser(trx, tenantId, id)
  const values = {
    ...fields,
    ...(disabled === undefined ? {} : { disabled: Number(disabled) }),
    ...(passwordHash === null ? {} : { password_hash: passwordHash }),
  }
  if (Object.keys(values).length > 0) {
    await trx.updateTable('account').set(values).where('id', '=', id).execute()
  }
  if (siteIds) await setSites(trx, tenantId, id, siteIds)
  await refuseWithoutAdmin(trx, tenantId)
  const after = await readUser(trx, tenantId, id)
  if (passwordHash !== null || after.role !== before.role || after.disabled) await endSessions(trx, id)
  return after
}

export async function removeUser(trx: Db, tenantId: string, id: string): Promise<void> {
  await readUser(trx, tenantId, id)
  await trx.deleteFrom('account').where('id', '=', id).execute()
  await refuseWithoutAdmin(trx, tenantId)
}

/** Called after a change, inside its transaction: throwing takes the change back. */
async function refuseWithoutAdmin(trx: Db, tenantId: string): Promise<void> {
  const admin = await trx
    .selectFrom('account')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('role', '=', 'admin')
    .where('disabled', '=', 0)
    .executeTakeFirst()
  if (!admin)
    throw new StillwatchError(
      'conflict',
      'The last active admin has to stay. Make somebody else an admin first.',
    )
}

async function setSites(trx: Db, tenantId: string, accountId: string, siteIds: string[]): Promise<void> {
  const wanted = [...new Set(siteIds)]
  const known = await trx
    .selectFrom('site')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .where('id', 'in', wanted)
    .execute()
  if (known.length < wanted.length) {
    throw new StillwatchError('bad_request', undefined, { siteIds: 'names a site that does not exist' })
  }
  await trx.deleteFrom('account_site').where('account_id', '=', accountId).execute()
  if (wanted.length === 0) return
  await trx
    .insertInto('account_site')
    .values(wanted.map((site_id) => ({ account_id: accountId, site_id })))
    .execute()
}
