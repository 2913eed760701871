import { type RawBuilder, type SqlBool, sql } from 'kysely'
import type { Viewer } from './viewer.ts'

/** The column that names the site, for each table that a query may be scoped on. */
const siteColumn = {
  site: 'id',
  gateway: 'site_id',
  device: 'site_id',
  device_view: 'site_id',
  ticket: 'site_id',
} as const
export type ScopedTable = keyof typeof siteColumn

/** What of a person decides what they see. */
type Reach = Pick<Viewer, 'tenantId' | 'siteIds'>

/**
 * The one place that says what a person may see: the rows of the own tenant, on the own sites. For `where`, on a query that reads
 * `table`, under `alias` if it has one. What lies outside is not found, for reading and for writing alike.
 */
export function inScope(viewer: Reach, table: ScopedTable, alias: string = table): RawBuilder<SqlBool> {
  const sameTenant = sql<SqlBool>`${sql.ref(`${alias}.tenant_id`)} = ${viewer.tenantId}`
  if (viewer.siteIds === 'all') return sameTenant
  const site = sql.ref(`${alias}.${siteColumn[table]}`)
  const own = JSON.stringify(viewer.siteIds)
  return sql<SqlBool>`${sameTenant} and ${site} in (select value from json_each(${own}))`
}
