import type { Gateway } from '@stillwatch/contract/api/gateways.ts'
import type { Kysely, RawBuilder, Selectable, SqlBool } from 'kysely'
import type { GatewayTable, Tables } from '../store/records/tables.ts'

/** What only the watching itself knows of a gateway. Times in UTC milliseconds. */
export type GatewayLive = (gatewayId: string) => {
  watermark: number | null
  spoolDepth: number | null
  clockOffsetMs: number | null
}

interface GatewayFilter {
  ids?: readonly string[]
  siteId?: string
}

/** Gateways as the API shows them, by name. `scope` says which the asker may see, on the table `gateway`. */
export async function readGateways(
  { db, live, now }: { db: Kysely<Tables>; live: GatewayLive; now: number },
  scope: RawBuilder<SqlBool>,
  { ids, siteId }: GatewayFilter = {},
): Promise<Gateway[]> {
  let gateways = db
    .selectFrom('gateway')
    .selectAll('gateway')
    .select((eb) => [
      eb
        .selectFrom('device')
        .select((count) => count.fn.countAll<number>().as('n'))
        .whereRef('gateway_id', '=', 'gateway.id')
        .as('device_count'),
      eb
        .selectFrom('enrolment_code')
        .select('code_hash')
        .whereRef('gateway_id', '=', 'gateway.id')
        .where('used_at', 'is', null)
        .where('expires_at', '>', now)
        .as('open_code'),
      eb.selectFrom('meta').select('value').where('key', '=', 'generation').as('generation'),
    ])
    .where(scope)
    .orderBy('name')
  if (ids) gateways = gateways.where('gateway.id', 'in', ids)
  if (siteId !== undefined) gateways = gateways.where('gateway.site_id', '=', siteId)
  return (await gateways.execute()).map((row) => toGateway(row, live(row.id)))
}

interface GatewayRow extends Selectable<GatewayTable> {
  device_count: number | null
  open_code: string | null
  generation: string | null
}

function toGateway(row: GatewayRow, live: ReturnType<GatewayLive>): Gateway {
  const { applied_generation: generation, applied_version: version } = row
  return {
    id: row.id,
    siteId: row.site_id,
    name: row.name,
    link: row.link,
    linkSince: isoOrNull(row.link_since),
    watermark: isoOrNull(live.watermark),
    spoolDepth: live.spoolDepth,
    clockOffsetMs: live.clockOffsetMs,
    refused: JSON.parse(row.refused) as Record<string, number>,
    epoch: row.epoch,
    lastApplied: row.last_applied,
    configVersion: { generation: Number(row.generation), version: row.config_version },
    appliedConfigVersion: generation === null || version === null ? null : { generation, version },
    software: row.software,
    deviceCount: row.device_count ?? 0,
    enrolmentPending: row.open_code !== null,
  }
}

const isoOrNull = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
