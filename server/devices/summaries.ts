import type { Sentence } from '@stillwatch/contract/api/common.ts'
import type { DeviceSummary } from '@stillwatch/contract/api/devices.ts'
import type { CheckResult } from '@stillwatch/contract/road.ts'
import type { Kysely, Selectable } from 'kysely'
import type { Records } from '../store/records/records.ts'
import type { Tables } from '../store/records/tables.ts'
import { inSlices } from './slices.ts'

/** What the watching knows of a device beside the records. */
export interface DeviceHealth {
  /** UTC ms; null before the first sign of life. */
  lastEvidenceAt(deviceId: string): number | null
  /** The latest result of each check. */
  checks(deviceId: string): CheckResult[]
}

const summaryColumns = [
  'id',
  'site_id',
  'gateway_id',
  'name',
  'kind',
  'address',
  'state',
  'state_since',
  'reason',
  'open_conditions',
] as const satisfies readonly (keyof Tables['device_view'])[]

export const selectSummaries = (read: Kysely<Tables>) => read.selectFrom('device_view').select(summaryColumns)

/** These devices as lists and the live push show them; those that are gone are left out. In no order. */
export async function deviceSummaries(
  records: Records,
  health: DeviceHealth,
  ids: readonly string[],
): Promise<DeviceSummary[]> {
  const summaries: DeviceSummary[] = []
  for (const slice of inSlices(ids)) {
    const rows = await selectSummaries(records.read).where('id', 'in', slice).execute()
    summaries.push(...rows.map((row) => toSummary(row, health)))
  }
  return summaries
}

export function toSummary(
  row: Pick<Selectable<Tables['device_view']>, (typeof summaryColumns)[number]>,
  health: DeviceHealth,
): DeviceSummary {
  return {
    id: row.id,
    siteId: row.site_id,
    gatewayId: row.gateway_id,
    name: row.name,
    kind: row.kind,
    address: row.address,
    state: row.state,
    stateSince: isoTime(row.state_since),
    reason: JSON.parse(row.reason) as Sentence,
    lastEvidenceAt: isoOrNull(health.lastEvidenceAt(row.id)),
    openConditions: row.open_conditions,
  }
}

export const isoTime = (at: number): string => new Date(at).toISOString()
const isoOrNull = (at: number | null): string | null => (at === null ? null : isoTime(at))

/** An owner learns how a device is, not how to reach it: some checks name the host they asked in what they report. */
export const summaryForOwner = (summary: DeviceSummary): DeviceSummary => ({
  ...summary,
  address: '',
  reason: withoutAddress(summary.reason, summary.address),
})

function withoutAddress({ key, params, text }: Sentence, address: string): Sentence {
  const whole = new RegExp(`(?<![\\w.-])${address.replace(/\W/g, '\\$&')}(?![\\w-])`, 'gi')
  const hide = (words: string): string => words.replace(whole, '…')
  const hidden = Object.entries(params).map(([name, value]) => [
    name,
    typeof value === 'string' ? hide(value) : value,
  ])
  return { key, params: Object.fromEntries(hidden), text: hide(text) }
}
