import type { DeviceQuery, DeviceSummary } from '@stillwatch/contract/api/devices.ts'
import { type DeviceKind, deviceKinds } from '@stillwatch/contract/device.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { type HealthState, healthStates } from '@stillwatch/contract/health.ts'
import { type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Static } from 'typebox'
import { containing, decodeCursor, encodeCursor } from '../store/records/cursor.ts'
import type { Records } from '../store/records/records.ts'
import type { Tables } from '../store/records/tables.ts'
import type { InScope } from './device-room.ts'
import { type DeviceHealth, selectSummaries, toSummary } from './summaries.ts'

export interface DeviceList {
  items: DeviceSummary[]
  total: number
  next?: string
}

const DEFAULT_LIMIT = 100

/** One page of devices by name. The cursor is the last name and id: what is added meanwhile neither repeats nor hides a row. */
export async function listDevices(
  records: Records,
  health: DeviceHealth,
  inScope: InScope,
  query: Static<typeof DeviceQuery>,
  searchAddresses: boolean,
): Promise<DeviceList> {
  const filter = deviceFilter(inScope, query, searchAddresses)
  const limit = query.limit ?? DEFAULT_LIMIT
  let page = selectSummaries(records.read)
    .where(filter)
    .orderBy(sql`name COLLATE NOCASE`)
    .orderBy('id')
    .limit(limit + 1)
  if (query.cursor !== undefined) {
    const [name, id] = decodeCursor(query.cursor, ['', ''] as const)
    page = page.where(sql<SqlBool>`(name COLLATE NOCASE, id) > (${name}, ${id})`)
  }
  const rows = await page.execute()
  const { total } = await records.read
    .selectFrom('device_view')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where(filter)
    .executeTakeFirstOrThrow()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map((row) => toSummary(row, health)),
    total,
    ...(rows.length > limit && last ? { next: encodeCursor([last.name, last.id]) } : {}),
  }
}

function deviceFilter(inScope: InScope, query: Static<typeof DeviceQuery>, searchAddresses: boolean) {
  const states = oneOf<HealthState>('state', query.state, healthStates)
  const kinds = oneOf<DeviceKind>('kind', query.kind, deviceKinds)
  return (eb: ExpressionBuilder<Tables, 'device_view'>) =>
    eb.and([
      inScope('device_view'),
      ...(states ? [eb('state', 'in', states)] : []),
      ...(kinds ? [eb('kind', 'in', kinds)] : []),
      ...(query.site ? [eb('site_id', '=', query.site)] : []),
      ...(query.gateway ? [eb('gateway_id', '=', query.gateway)] : []),
      ...(query.q ? [textMatch(query.q, searchAddresses)] : []),
    ])
}

function textMatch(q: string, searchAddresses: boolean) {
  const pattern = containing(q)
  const inName = sql<SqlBool>`name LIKE ${pattern} ESCAPE '\\'`
  return searchAddresses ? sql<SqlBool>`(${inName} OR address LIKE ${pattern} ESCAPE '\\')` : inName
}

/** A comma-separated choice of known words. */
function oneOf<T extends string>(
  field: string,
  given: string | undefined,
  known: readonly T[],
): readonly T[] | undefined {
  if (given === undefined || given === '') return undefined
  const words = given.split(',').map((word) => word.trim())
  const unknown = words.filter((word) => !(known as readonly string[]).includes(word))
  if (unknown.length === 0) return words as T[]
  throw new StillwatchError('bad_request', undefined, { [field]: `must be of ${known.join(', ')}` })
}
