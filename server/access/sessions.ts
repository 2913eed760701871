import { createHash, randomBytes } from 'node:crypto'
import { seesEverySite } from '@stillwatch/contract/roles.ts'
import { type Clock, DAY_MS, HOUR_MS, MINUTE_MS } from '@stillwatch/contract/time.ts'
import type { Kysely } from 'kysely'
import type { Records } from '../store/records/records.ts'
import type { Tables } from '../store/records/tables.ts'
import type { SignedIn, Viewer } from './viewer.ts'

/** A session ends this long after its last use. */
const IDLE_MS = 12 * HOUR_MS
/** And this long after it began, however much it is used. */
const LIFE_MS = 30 * DAY_MS
/** The end is moved at most this often, so that reading does not write each time. */
const MOVE_EVERY_MS = 10 * MINUTE_MS

/** Only the hash of a token is kept: who reads the file, or a backup of it, cannot sign in with what they find. */
const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Opens a session inside a transaction. Answers the token: 32 random bytes, shown this once. */
export async function openSession(trx: Kysely<Tables>, accountId: string, now: number): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  await trx.deleteFrom('session').where('expires_at', '<=', now).execute()
  await trx
    .insertInto('session')
    .values({
      token_hash: hashToken(token),
      account_id: accountId,
      created_at: now,
      expires_at: now + IDLE_MS,
    })
    .execute()
  return token
}

/** Ends the sessions of an account, all but the one named. */
export async function endSessions(trx: Kysely<Tables>, accountId: string, exceptHash = ''): Promise<void> {
  await trx
    .deleteFrom('session')
    .where('account_id', '=', accountId)
    .where('token_hash', '!=', exceptHash)
    .execute()
}

/** Who holds this token. Null when it is unknown, over, or its account disabled. Use keeps a session alive. */
export async function findSession(
  { records, clock }: { records: Records; clock: Clock },
  token: string,
): Promise<SignedIn | null> {
  const now = clock.now()
  const tokenHash = hashToken(token)
  const row = await records.read
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select(['account.id', 'username', 'tenant_id', 'role', 'language'])
    .select(['session.created_at', 'session.expires_at'])
    .where('token_hash', '=', tokenHash)
    .where('session.expires_at', '>', now)
    .where('disabled', '=', 0)
    .executeTakeFirst()
  if (!row) return null
  await keepAlive(records, tokenHash, row, now)
  const viewer: Viewer = {
    accountId: row.id,
    username: row.username,
    tenantId: row.tenant_id,
    role: row.role,
    siteIds: seesEverySite(row.role) ? 'all' : await siteIdsOf(records.read, row.id),
    language: row.language,
  }
  return { viewer, tokenHash }
}

async function keepAlive(
  records: Records,
  tokenHash: string,
  session: { created_at: number; expires_at: number },
  now: number,
): Promise<void> {
  const until = Math.min(now + IDLE_MS, session.created_at + LIFE_MS)
  if (until - session.expires_at < MOVE_EVERY_MS) return
  await records.write((trx) =>
    trx.updateTable('session').set({ expires_at: until }).where('token_hash', '=', tokenHash).execute(),
  )
}

/** The sites named on an account. */
async function siteIdsOf(db: Kysely<Tables>, accountId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('account_site')
    .select('site_id')
    .where('account_id', '=', accountId)
    .execute()
  return rows.map((row) => row.site_id)
}
