import type { Condition, Device, MetricLimit } from '@stillwatch/contract/api/devices.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { recoveryHoldFor, worstCaseTimeToTicketS } from '@stillwatch/contract/health.ts'
import type { Kysely, Selectable } from 'kysely'
import type { Records } from '../store/records/records.ts'
import type { ConditionTable, Tables } from '../store/records/tables.ts'
import type { InScope } from './device-room.ts'
import type { PublicDrivers } from './driver-settings.ts'
import { type DeviceHealth, isoTime, summaryForOwner, toSummary } from './summaries.ts'
import { setupWarnings } from './warnings.ts'

type DeviceRow = Selectable<Tables['device_view']>

/** One device with everything that is known of it. Throws `not_found`. */
export async function deviceDetail(
  records: Records,
  health: DeviceHealth,
  inScope: InScope,
  id: string,
): Promise<Device> {
  const row = await records.read
    .selectFrom('device_view')
    .selectAll()
    .where('id', '=', id)
    .where(inScope('device_view'))
    .executeTakeFirst()
  if (!row) throw new StillwatchError('not_found')
  const ancestors = await ancestorsOf(records.read, inScope, id)
  const shown: PublicDrivers = JSON.parse(row.drivers_public)
  return {
    ...toSummary(row, health),
    ...settingsOf(row),
    drivers: shown.drivers,
    secrets: shown.secrets,
    dependsOn: ancestors.map((ancestor) => ancestor.id),
    behind: await behind(records.read, inScope, id),
    worstCaseTimeToTicketS: worstCaseTimeToTicketS({
      silenceWindowS: row.silence_window_s,
      dependsOn: ancestors,
    }),
    conditions: await activeConditions(records.read, row),
    components: [],
    facts: await factsOf(records.read, id),
    checks: health.checks(id),
    warnings: setupWarnings(
      { name: row.name, intervalS: row.interval_s, silenceWindowS: row.silence_window_s },
      ancestors,
      await sameNameAtSite(records.read, row),
    ),
    createdAt: isoTime(row.created_at),
  }
}

/**
 * What an owner sees of it: how the device is and what is wrong, but no address, no driver settings and none of the sentences in which a
 * check says whom it asked.
 */
export const deviceForOwner = (device: Device): Device => ({
  ...device,
  ...summaryForOwner(device),
  drivers: {},
  secrets: [],
  checks: device.checks.map(({ detail: _, ...check }) => check),
  conditions: device.conditions.map(({ evidence: _, ...condition }) => condition),
})

const limitsOf = (row: DeviceRow): MetricLimit[] => JSON.parse(row.limits)
const recoveryHoldS = (row: DeviceRow): number => row.recovery_hold_s ?? recoveryHoldFor(row.silence_window_s)

const settingsOf = (row: DeviceRow) => ({
  profile: row.profile,
  intervalS: row.interval_s,
  silenceWindowS: row.silence_window_s,
  recoveryHoldS: recoveryHoldS(row),
  limits: limitsOf(row),
})

async function ancestorsOf(read: Kysely<Tables>, inScope: InScope, id: string) {
  const rows = await read
    .selectFrom('depends_on')
    .innerJoin('device', 'device.id', 'depends_on.ancestor_id')
    .select(['device.id', 'device.name', 'device.silence_window_s'])
    .where('depends_on.device_id', '=', id)
    .where(inScope('device'))
    .orderBy('device.id')
    .execute()
  return rows.map((row) => ({ id: row.id, name: row.name, silenceWindowS: row.silence_window_s }))
}

async function behind(read: Kysely<Tables>, inScope: InScope, id: string): Promise<string[]> {
  const rows = await read
    .selectFrom('depends_on')
    .innerJoin('device', 'device.id', 'depends_on.device_id')
    .select('device.id')
    .where('depends_on.ancestor_id', '=', id)
    .where(inScope('device'))
    .orderBy('device.id')
    .execute()
  return rows.map((row) => row.id)
}

async function sameNameAtSite(read: Kysely<Tables>, row: DeviceRow): Promise<number> {
  const { count } = await read
    .selectFrom('device')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('site_id', '=', row.site_id)
    .where('name', '=', row.name)
    .where('id', '!=', row.id)
    .executeTakeFirstOrThrow()
  return count
}

async function activeConditions(read: Kysely<Tables>, device: DeviceRow): Promise<Condition[]> {
  const rows = await read
    .selectFrom('condition')
    .selectAll()
    .where('subject_id', '=', device.id)
    .where('until', 'is', null)
    .orderBy('level')
    .orderBy('since')
    .execute()
  return rows.map((row) => ({
    code: row.code,
    level: row.level,
    since: isoTime(row.since),
    ...clearsAt(row, device),
    ...(row.ticket_id === null ? {} : { ticketId: row.ticket_id }),
    evidence: JSON.parse(row.evidence),
  }))
}

/** A silence must stay over for the recovery hold, a limit for its own time; when the watching goes on without a gap, that is then. */
function clearsAt(condition: Selectable<ConditionTable>, device: DeviceRow): { clearsAt?: string } {
  if (condition.recovered_at === null) return {}
  const limit = limitsOf(device).find(({ code }) => code === condition.code)
  const holdS = limit ? (limit.forS ?? 0) : recoveryHoldS(device)
  return { clearsAt: isoTime(condition.recovered_at + holdS * 1000) }
}

async function factsOf(read: Kysely<Tables>, id: string): Promise<Device['facts']> {
  const rows = await read
    .selectFrom('device_fact')
    .select(['name', 'value'])
    .where('device_id', '=', id)
    .where('until', 'is', null)
    .orderBy('name')
    .execute()
  return Object.fromEntries(rows.map(({ name, value }) => [name, JSON.parse(value) as string | boolean]))
}
