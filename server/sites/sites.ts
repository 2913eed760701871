import type { NewSite, Site, SitePatch, StateCounts } from '@stillwatch/contract/api/sites.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { healthStates } from '@stillwatch/contract/health.ts'
import { closedStates } from '@stillwatch/contract/ticket.ts'
import type { Kysely, RawBuilder, SqlBool } from 'kysely'
import { v7 as uuid } from 'uuid'
import type { Tables } from '../store/records/tables.ts'

type Db = Kysely<Tables>

/** Sites with what is going on there, by number. `scope` says which the asker may see, on the table `site`. */
export async function readSites(db: Db, scope: RawBuilder<SqlBool>, id?: string): Promise<Site[]> {
  let sites = db
    .selectFrom('site')
    .select(['id', 'number', 'name', 'time_zone'])
    .select((eb) => [
      eb
        .selectFrom('ticket')
        .select((count) => count.fn.countAll<number>().as('n'))
        .whereRef('site_id', '=', 'site.id')
        .where('state', 'not in', closedStates)
        .as('open_tickets'),
      eb
        .selectFrom('gateway')
        .select((count) => count.fn.countAll<number>().as('n'))
        .whereRef('site_id', '=', 'site.id')
        .as('gateways'),
    ])
    .where(scope)
    .orderBy('number')
  if (id !== undefined) sites = sites.where('site.id', '=', id)
  const rows = await sites.execute()
  const counts = await countsBySite(
    db,
    rows.map((row) => row.id),
  )
  return rows.map((row) => ({
    id: row.id,
    number: row.number,
    name: row.name,
    timeZone: row.time_zone,
    counts: counts.get(row.id) ?? noDevices(),
    openTickets: row.open_tickets ?? 0,
    gateways: row.gateways ?? 0,
  }))
}

async function countsBySite(db: Db, siteIds: string[]): Promise<Map<string, StateCounts>> {
  const rows = await db
    .selectFrom('device_view')
    .select((eb) => ['site_id', 'state', eb.fn.countAll<number>().as('devices')])
    .where('site_id', 'in', siteIds)
    .groupBy(['site_id', 'state'])
    .execute()
  const counts = new Map<string, StateCounts>()
  for (const { site_id, state, devices } of rows) {
    const site = counts.get(site_id) ?? noDevices()
    site[state] = devices
    counts.set(site_id, site)
  }
  return counts
}

const noDevices = (): StateCounts =>
  Object.fromEntries(healthStates.map((state) => [state, 0])) as StateCounts

/** Adds a site inside a transaction. Answers its id. */
export async function addSite(trx: Db, tenantId: string, site: NewSite, now: number): Promise<string> {
  refuseUnknownZone(site.timeZone)
  const id = uuid()
  await trx
    .insertInto('site')
    .values({
      id,
      tenant_id: tenantId,
      number: await nextSiteNumber(trx),
      name: site.name,
      time_zone: site.timeZone,
      created_at: now,
    })
    .execute()
  return id
}

export async function changeSite(trx: Db, id: string, patch: SitePatch): Promise<void> {
  if (patch.timeZone !== undefined) refuseUnknownZone(patch.timeZone)
  const { timeZone, ...fields } = patch
  const values = { ...fields, ...(timeZone === undefined ? {} : { time_zone: timeZone }) }
  await trx.updateTable('site').set(values).where('id', '=', id).execute()
}

/** Only an empty site goes: devices, gateways and the history in tickets hang on it. */
export async function removeSite(trx: Db, id: string): Promise<void> {
  const left: Record<string, number> = {}
  for (const table of ['gateway', 'device', 'ticket'] as const) {
    const { n } = await trx
      .selectFrom(table)
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('site_id', '=', id)
      .executeTakeFirstOrThrow()
    if (n > 0) left[`${table}s`] = n
  }
  if (Object.keys(left).length > 0) {
    throw new StillwatchError('conflict', 'This site is not empty.', left)
  }
  await trx.deleteFrom('site').where('id', '=', id).execute()
}

/** Numbers are never given twice, also not after a site is gone. */
async function nextSiteNumber(trx: Db): Promise<number> {
  const { value } = await trx
    .selectFrom('meta')
    .select('value')
    .where('key', '=', 'site_number')
    .executeTakeFirstOrThrow()
  const number = Number(value) + 1
  await trx
    .updateTable('meta')
    .set({ value: String(number) })
    .where('key', '=', 'site_number')
    .execute()
  return number
}

/** Zones by name only: an offset such as +08:00 knows no summer time. */
function refuseUnknownZone(timeZone: string): void {
  try {
    if (/^[A-Za-z]/.test(timeZone) && new Intl.DateTimeFormat('en', { timeZone })) return
  } catch {
    // Intl throws for a zone it does not know.
  }
  throw new StillwatchError('bad_request', undefined, {
    timeZone: 'must be an IANA time zone, such as Asia/Shanghai',
  })
}
