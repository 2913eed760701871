import type { Clock } from '@stillwatch/contract/time.ts'
import { sql } from 'kysely'
import { fromOurPage, heldToken } from '../access/held-token.ts'
import { inScope } from '../access/scope.ts'
import { findSession } from '../access/sessions.ts'
import { deviceSummaries, summaryForOwner } from '../devices/summaries.ts'
import { readGateways } from '../gateways/read-gateways.ts'
import type { HealthView } from '../health/view.ts'
import type { App } from '../http/app-type.ts'
import type { Records } from '../store/records/records.ts'
import { ticketSummaries } from '../tickets/read.ts'
import type { LiveViewer } from './audience.ts'
import { Live, type LiveDeps, type LivePush } from './live.ts'

export interface LiveRouteDeps {
  records: Records
  clock: Clock
  health: HealthView
  log: LiveDeps['log']
  /** The origin browsers use, such as https://stillwatch.example. */
  publicOrigin: string
}

/** Opens the live push beside the routes of the API, with what they show and by the same sessions and scopes. */
export function liveRoutes(app: App, { records, clock, health, log, publicOrigin }: LiveRouteDeps): LivePush {
  return new Live({
    server: app.server,
    clock,
    log,
    // A browser always names the page that opens a web socket; where nothing is named there is no page, or it is our own asking.
    fromUs: (headers) =>
      (headers.origin === undefined && headers['sec-fetch-site'] === undefined) ||
      fromOurPage(headers, headers.host ?? '', publicOrigin),
    tokenOf: (headers) => heldToken(headers)?.token ?? null,
    viewerOf: async (token) => (await findSession({ records, clock }, token))?.viewer ?? null,
    visibleDevices: (viewer, ids) => visibleDevices(records, viewer, ids),
    tenantsOf: (siteIds) => tenantsOf(records, siteIds),
    devices: (ids) => deviceSummaries(records, health, ids),
    deviceForOwner: summaryForOwner,
    tickets: (ids) => ticketSummaries(records, ids),
    gateways: (ids) =>
      readGateways({ db: records.read, live: (id) => health.gateway(id), now: clock.now() }, sql`true`, {
        ids,
      }),
  })
}

async function visibleDevices(
  { read }: Records,
  viewer: LiveViewer,
  ids: readonly string[],
): Promise<string[]> {
  const rows = await read
    .selectFrom('device')
    .select('id')
    .where('id', 'in', ids)
    .where(inScope(viewer, 'device'))
    .execute()
  return rows.map(({ id }) => id)
}

async function tenantsOf({ read }: Records, siteIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await read.selectFrom('site').select(['id', 'tenant_id']).where('id', 'in', siteIds).execute()
  return new Map(rows.map(({ id, tenant_id }) => [id, tenant_id]))
}
