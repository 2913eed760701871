import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { Kysely } from 'kysely'
import type { Records } from '../store/records/records.ts'
import type { Tables } from '../store/records/tables.ts'
import { addGateway } from './change-gateways.ts'
import { issueCode } from './enrolment-code.ts'

export interface LocalGateway {
  /** Data directory of the gateway on this machine. */
  dir: string
  tenantId: string
  tlsFingerprint: string | null
  addSite(trx: Kysely<Tables>): Promise<string>
}

/**
 * For `npm start`: the gateway on this machine needs nobody to copy a code for it. While it has no identity, there is a site and a
 * gateway for it, and a fresh code lies in its data directory, readable by this user only.
 */
export async function prepareLocalGateway(
  { records, clock }: { records: Records; clock: Clock },
  local: LocalGateway,
): Promise<void> {
  if (existsSync(join(local.dir, 'identity.json'))) return
  const { code } = await records.write(async (trx) => {
    const id = (await knownGateway(trx)) ?? (await newGateway(trx, local, clock.now()))
    return issueCode(trx, id, clock.now())
  })
  const text = local.tlsFingerprint === null ? code : `${code}.${local.tlsFingerprint}`
  mkdirSync(local.dir, { recursive: true, mode: 0o700 })
  const partial = join(local.dir, 'enrolment-code.partial')
  rmSync(partial, { force: true })
  writeFileSync(partial, `${text}\n`, { mode: 0o600, flag: 'wx' })
  renameSync(partial, join(local.dir, 'enrolment-code'))
}

async function knownGateway(trx: Kysely<Tables>): Promise<string | undefined> {
  const known = await trx
    .selectFrom('meta')
    .innerJoin('gateway', 'gateway.id', 'meta.value')
    .select('gateway.id')
    .where('key', '=', 'local_gateway')
    .executeTakeFirst()
  return known?.id
}

async function newGateway(trx: Kysely<Tables>, local: LocalGateway, now: number): Promise<string> {
  const { tenantId } = local
  const first = await trx
    .selectFrom('site')
    .select('id')
    .where('tenant_id', '=', tenantId)
    .orderBy('number')
    .executeTakeFirst()
  const siteId = first?.id ?? (await local.addSite(trx))
  const value = await addGateway(trx, { tenantId, siteId, name: 'This machine' }, now)
  await trx
    .insertInto('meta')
    .values({ key: 'local_gateway', value })
    .onConflict((on) => on.column('key').doUpdateSet({ value }))
    .execute()
  return value
}
