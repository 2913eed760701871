import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DAY_MS, systemClock } from '../../../contract/time.ts'
import { openEmbeddedMetrics } from '../../../server/store/metrics/embedded/embedded-metrics.ts'
import { embeddedMetricsSchema } from '../../../server/store/metrics/embedded/schema.ts'
import type { MetricStore, Point } from '../../../server/store/metrics/metric-store.ts'
import { WriteQueue } from '../../../server/store/records/write-queue.ts'
import { seededRandom } from '../../../simulators/fleet.ts'
import type { Random } from '../../../simulators/snmp/devices.ts'
import { answerBench, cpuMsOf } from './answer-bench.ts'

/** A store filled with a month of many devices, then read as charts read it; beside it a table with a row per sample. */

interface Question {
  directory: string
  devices: number
}

const DAYS = 30
const EVERY_MS = 60_000
const READS = 200

answerBench<Question>(async ({ directory, devices }) => {
  const file = join(directory, 'series.db')
  const db = open(file)
  db.exec(embeddedMetricsSchema)
  const queue = new WriteQueue(db)
  const store = openEmbeddedMetrics({ db, queue, clock: systemClock, retentionMs: 400 * DAY_MS })
  const to = Math.floor(Date.now() / EVERY_MS) * EVERY_MS
  const from = to - DAYS * DAY_MS
  const random = seededRandom(1)
  const sources = Array.from({ length: devices }, (_, n) => ({ id: `device ${n}`, next: values(random) }))
  let samples = 0
  let rowId = 0
  let appendMs = 0
  let sealMs = 0
  for (let day = from; day < to; day += DAY_MS) {
    const entries = entriesOf(day, sources, random)
    samples += entries.length * Object.keys(entries[0]?.samples ?? {}).length
    appendMs += await cpuMsOf(() => {
      for (const entry of entries) {
        rowId += 1
        store.append(rowId, entry.id, entry.at, entry.samples)
      }
    })
    sealMs += await cpuMsOf(() => store.maintain(day + DAY_MS))
  }
  sealMs += await cpuMsOf(() => store.close())
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const bytes = statSync(file).size
  const range = { deviceId: 'device 1', metric: 'if_in_bps', from, to }
  const read = {
    rawDayMs: await perRead(() => store.points({ ...range, from: to - DAY_MS })),
    bucketsMs: await perRead(() => store.buckets(range, 500)),
  }
  const counts = {
    rawDay: (await store.points({ ...range, from: to - DAY_MS })).length,
    buckets: (await store.buckets(range, 500)).length,
  }
  const floor = await rowPerSample(join(directory, 'rows.db'), await everything(store, range), range)
  db.close()
  return { samples, bytes, appendMs, sealMs, ...read, ...counts, floor }
})

interface Entry {
  id: string
  at: number
  samples: Record<string, number>
}

interface Source {
  id: string
  next: () => Record<string, number>
}

/** An answer a minute from each, some milliseconds after the question. */
function entriesOf(day: number, sources: readonly Source[], random: Random): Entry[] {
  const entries: Entry[] = []
  for (let at = day; at < day + DAY_MS; at += EVERY_MS) {
    sources.forEach(({ id, next }, n) => {
      entries.push({ id, at: at + n * 100 + Math.round(30 * random()), samples: next() })
    })
  }
  return entries
}

/** What a switch says: noise, slow values, a constant. */
function values(random: Random): () => Record<string, number> {
  let tenths = 214
  let up = 0
  return () => {
    tenths += random() < 0.1 ? Math.sign(random() - 0.5) : 0
    up += 60
    return {
      rtt_ms: Math.round((2 + random()) * 100) / 100,
      temperature_c: tenths / 10,
      uptime_s: up,
      if_up_count: 24,
      if_in_bps: Math.round(1e6 * (1 + random())),
    }
  }
}

async function perRead(read: () => Promise<unknown>): Promise<number> {
  await read()
  const ms = await cpuMsOf(async () => {
    for (let count = 0; count < READS; count += 1) await read()
  })
  return ms / READS
}

const everything = (
  store: MetricStore,
  range: { deviceId: string; metric: string; from: number; to: number },
): Promise<Point[]> => store.points(range)

/** The same series as plain rows: what the chunks are measured against. */
async function rowPerSample(
  file: string,
  points: readonly Point[],
  { from, to }: { from: number; to: number },
) {
  const db = open(file)
  db.exec(
    'CREATE TABLE sample (series INTEGER, at INTEGER, value REAL, PRIMARY KEY (series, at)) WITHOUT ROWID, STRICT',
  )
  const insert = db.prepare('INSERT INTO sample VALUES (?, ?, ?)')
  const series = 5
  const appendMs = await cpuMsOf(() => {
    // In order of time, as they arrive; a commit for a thousand.
    points.forEach(({ at, value }, index) => {
      if (index % 200 === 0) db.exec(index === 0 ? 'BEGIN' : 'COMMIT; BEGIN')
      for (let n = 0; n < series; n += 1) insert.run(n, at, value)
    })
    db.exec('COMMIT')
  })
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  const samples = points.length * series
  const day = db.prepare('SELECT at, value FROM sample WHERE series = 1 AND at >= ? AND at < ?')
  const buckets = db.prepare(
    'SELECT (at - ?) / ? AS bucket, min(value), max(value), avg(value) FROM sample WHERE series = 1 AND at >= ? AND at < ? GROUP BY bucket',
  )
  const width = (to - from) / 500
  const rawDayMs = await perRead(async () => day.all(to - DAY_MS, to))
  const bucketsMs = await perRead(async () => buckets.all(from, width, from, to))
  const bytes = statSync(file).size
  db.close()
  return { samples, bytes, appendMs, rawDayMs, bucketsMs }
}

function open(file: string): DatabaseSync {
  const db = new DatabaseSync(file)
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')
  return db
}
