import type { Clock } from '@stillwatch/contract/time.ts'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import { fromOurPage, heldToken } from './access/held-token.ts'
import { inScope } from './access/scope.ts'
import { findSession } from './access/sessions.ts'
import { deviceSummaries, summaryForOwner } from './devices/summaries.ts'
import { readGateways } from './gateways/read-gateways.ts'
import type { HealthView } from './health/view.ts'
import type { App } from './http/app-type.ts'
import type { LiveViewer } from './live/audience.ts'
import { Live } from './live/live.ts'
import type { Records } from './store/records/records.ts'
import { ticketSummaries } from './tickets/read.ts'

export interface OpenLiveDeps {
  app: App
  records: Records
  clock: Clock
  log: Logger
  health: HealthView
  publicOrigin: string
}

/** The live push with everything it shows: each kind of summary is read as the lists of the API read it. */
export function openLive({ app, records, clock, log, health, publicOrigin }: OpenLiveDeps): Live {
  const live = (gatewayId: string) => health.gateway(gatewayId)
  const everything = sql<boolean>`1`
  return new Live({
    server: app.server,
    clock,
    log,
    fromUs: (headers) =>
      heldToken(headers)?.byCookie !== true || fromOurPage(headers, headers.host ?? '', publicOrigin),
    tokenOf: (headers) => heldToken(headers)?.token ?? null,
    viewerOf: async (token) => (await findSession({ records, clock }, token))?.viewer ?? null,
    visibleDevices: (viewer, ids) => visibleDevices(records, viewer, ids),
    tenantsOf: (siteIds) => tenantsOf(records, siteIds),
    devices: (ids) => deviceSummaries(records, health, ids),
    deviceForOwner: summaryForOwner,
    tickets: (ids) => ticketSummaries(records, ids),
    gateways: (ids) => readGateways({ db: records.read, live, now: clock.now() }, everything, { ids }),
  })
}

async function visibleDevices(
  records: Records,
  viewer: LiveViewer,
  ids: readonly string[],
): Promise<string[]> {
  const rows = await records.read
    .selectFrom('device')
    .select('id')
    .where('id', 'in', ids)
    .where(inScope(viewer, 'device'))
    .execute()
  return rows.map((row) => row.id)
}

async function tenantsOf(records: Records, siteIds: readonly string[]): Promise<Map<string, string>> {
  const rows = await records.read
    .selectFrom('site')
    .select(['id', 'tenant_id'])
    .where('id', 'in', siteIds)
    .execute()
  return new Map(rows.map((row) => [row.id, row.tenant_id]))
}
