import type { Samples, SeriesList, TimelineEntry } from '@stillwatch/contract/api/devices.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { unitOf } from '@stillwatch/contract/sample.ts'
import { type SqlBool, sql } from 'kysely'
import { decodeCursor, encodeCursor } from '../store/records/cursor.ts'
import type { Records } from '../store/records/records.ts'
import { isoTime } from './summaries.ts'

interface Range {
  deviceId: string
  metric: string
  from: number
  to: number
}

/** What reading a device's history takes of a metric store. */
export interface MetricReader {
  points(range: Range): Promise<{ at: number; value: number }[]>
  buckets(
    range: Range,
    buckets: number,
  ): Promise<{ at: number; min: number; max: number; mean: number; count: number }[]>
  series(deviceId: string): Promise<{ metric: string; firstAt: number; lastAt: number; last: number }[]>
}

export async function seriesList(metrics: MetricReader, deviceId: string): Promise<SeriesList> {
  const series = await metrics.series(deviceId)
  const items = series
    .map(({ metric, firstAt, lastAt, last }) => ({
      metric,
      unit: unitOf(metric),
      firstAt: isoTime(firstAt),
      lastAt: isoTime(lastAt),
      last,
    }))
    .sort((a, b) => (a.metric < b.metric ? -1 : 1))
  return { items, total: items.length }
}

/** Every value while there are at most `points`, else as many buckets. Buckets are read first: counting is cheap, a month of raw values is not. */
export async function samples(
  metrics: MetricReader,
  deviceId: string,
  query: { metric: string; from: string; to: string; points?: number },
): Promise<Samples> {
  const range = { deviceId, metric: query.metric, from: Date.parse(query.from), to: Date.parse(query.to) }
  if (!(range.from < range.to))
    throw new StillwatchError('bad_request', undefined, { to: 'must lie after from' })
  const points = query.points ?? 500
  const about = { metric: query.metric, unit: unitOf(query.metric) }
  const buckets = await metrics.buckets(range, points)
  const count = buckets.reduce((sum, bucket) => sum + bucket.count, 0)
  if (count <= points) {
    const raw = await metrics.points(range)
    const values = raw.map((point) => point.value)
    return { ...about, raw: true, at: raw.map((point) => point.at), mean: values, min: values, max: values }
  }
  return {
    ...about,
    raw: false,
    at: buckets.map((bucket) => bucket.at),
    mean: buckets.map((bucket) => bucket.mean),
    min: buckets.map((bucket) => bucket.min),
    max: buckets.map((bucket) => bucket.max),
  }
}

/** What happened to a device, newest first. */
export async function timeline(
  records: Records,
  deviceId: string,
  query: { limit?: number; cursor?: string },
): Promise<{ items: TimelineEntry[]; total: number; next?: string }> {
  const limit = query.limit ?? 100
  let page = records.read
    .selectFrom('timeline')
    .selectAll()
    .where('device_id', '=', deviceId)
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
  if (query.cursor !== undefined) {
    const [at, id] = decodeCursor(query.cursor, [0, 0] as const)
    page = page.where(sql<SqlBool>`(at, id) < (${at}, ${id})`)
  }
  const rows = await page.execute()
  const { total } = await records.read
    .selectFrom('timeline')
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .where('device_id', '=', deviceId)
    .executeTakeFirstOrThrow()
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map((row) => ({
      at: isoTime(row.at),
      kind: row.kind as TimelineEntry['kind'],
      code: row.code,
      text: row.text,
    })),
    total,
    ...(rows.length > limit && last ? { next: encodeCursor([last.at, last.id]) } : {}),
  }
}
