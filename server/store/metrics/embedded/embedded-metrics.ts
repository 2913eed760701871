import type { DatabaseSync } from 'node:sqlite'
import { type Clock, MINUTE_MS } from '@stillwatch/contract/time.ts'
import type { WriteQueue } from '../../records/write-queue.ts'
import type { BucketPoint, MetricStore, Point, SeriesInfo, SeriesRange } from '../metric-store.ts'
import { decodeRun } from './codec/run.ts'
import { readBuckets, readPoints, type Snapshot } from './read.ts'
import { type Saved, saveSeries, sealIsDue, settle } from './save.ts'
import { SEAL_AT_SAMPLES } from './seal.ts'
import { Series, SeriesIndex } from './series.ts'
import {
  loadTables,
  openReadTables,
  openTables,
  type ReadTables,
  type SavedHead,
  type Tables,
} from './tables.ts'

const CHECKPOINT_EVERY_MS = 15 * MINUTE_MS
const CHECKPOINT_AT_JOURNAL_BYTES = 64 * 1024 * 1024
/** A journal that stays long because somebody else still needs it must not make us checkpoint without end. */
const CHECKPOINT_AT_MOST_EVERY_MS = MINUTE_MS
/** One transaction of a checkpoint, of sealing or of forgetting stays below 20 ms, so that the road never waits longer for its turn. */
const SLICE_MS = 10
const SLICE_SERIES = 100
const SLICE_CHUNKS = 200

export interface EmbeddedMetricsOptions {
  /** The one write connection; its file has the tables of `embeddedMetricsSchema`. */
  db: DatabaseSync
  /** The one write queue of that connection. */
  queue: WriteQueue
  /** A read-only connection to the same file in WAL mode; without it reads use the write connection. */
  readDb?: DatabaseSync
  clock: Clock
  /** Whole chunks older than this are forgotten. */
  retentionMs: number
  /** Bytes of journal that wait to be trimmed; without it only time makes a checkpoint due. */
  journalBytes?: () => number
}

/**
 * Opens the embedded store on a migrated file. The caller then replays journal rows above `durableThrough()`, in order and with
 * no row missing, through `append`; rows at or below it are ignored.
 */
export function openEmbeddedMetrics(options: EmbeddedMetricsOptions): MetricStore {
  return new EmbeddedMetrics(options)
}

class EmbeddedMetrics implements MetricStore {
  readonly #options: EmbeddedMetricsOptions
  readonly #tables: Tables
  readonly #reads: ReadTables
  readonly #index = new SeriesIndex()
  /** Series whose heads are full. */
  readonly #full = new Set<Series>()
  /** Devices dropped in rows that may be replayed, and the newest such row. */
  readonly #dropped: Map<string, number>
  /** What was durable when the store was opened: rows up to here are never taken again. */
  readonly #openedThrough: number
  /** The newest journal row seen; more of its samples may be to come. */
  #newestRow: number
  /** The newest journal row that has been seen in whole. */
  #wholeRow: number
  #checkpointedAt: number
  #maintaining: Promise<void> | undefined

  constructor(options: EmbeddedMetricsOptions) {
    this.#options = options
    this.#tables = openTables(options.db)
    this.#reads = openReadTables(options.readDb ?? options.db)
    const saved = loadTables(options.db)
    for (const head of saved.heads) this.#index.add(restoreSeries(head))
    this.#dropped = new Map(saved.dropped.map(({ device, upto }) => [device, upto]))
    this.#openedThrough = saved.durableThrough
    this.#newestRow = saved.durableThrough
    this.#wholeRow = saved.durableThrough
    this.#checkpointedAt = options.clock.monotonic()
  }

  /** Leaves out what ingest should have refused: it is in the journal, so to throw here would be to throw at every replay. */
  append(rowId: number, deviceId: string, at: number, samples: Readonly<Record<string, number>>): void {
    if (rowId !== this.#newestRow) this.#enterRow(rowId)
    if (rowId <= this.#openedThrough || !Number.isSafeInteger(at)) return
    const device = this.#index.ofDevice(deviceId)
    for (const metric in samples) {
      const value = samples[metric] as number
      if (!Number.isFinite(value)) continue
      const series = device?.get(metric) ?? this.#newSeries(rowId, deviceId, metric)
      if (!series || rowId <= series.upto) continue
      if (series.head.count === 0) series.head.openedAt = this.#options.clock.now()
      series.take(rowId, at, value)
      if (series.head.count === SEAL_AT_SAMPLES) this.#full.add(series)
    }
  }

  async points(range: SeriesRange): Promise<Point[]> {
    const snapshot = this.#snapshot(range)
    return snapshot ? readPoints(this.#reads, snapshot, range) : []
  }

  async buckets(range: SeriesRange, buckets: number): Promise<BucketPoint[]> {
    if (!Number.isInteger(buckets) || buckets < 1) throw new RangeError('There must be at least one bucket.')
    const snapshot = this.#snapshot(range)
    return snapshot && range.from < range.to ? readBuckets(this.#reads, snapshot, range, buckets) : []
  }

  async series(deviceId: string): Promise<SeriesInfo[]> {
    const device = this.#index.ofDevice(deviceId)?.values() ?? []
    return Array.from(device, ({ metric, firstAt, lastAt, last }) => ({ metric, firstAt, lastAt, last }))
  }

  async last(deviceIds: readonly string[]): Promise<Map<string, Record<string, Point>>> {
    const answer = new Map<string, Record<string, Point>>()
    for (const deviceId of deviceIds) {
      const device = this.#index.ofDevice(deviceId)
      if (!device) continue
      const values: Record<string, Point> = {}
      for (const { metric, lastAt, last } of device.values()) values[metric] = { at: lastAt, value: last }
      answer.set(deviceId, values)
    }
    return answer
  }

  async drop(deviceId: string): Promise<void> {
    const left = await this.#options.queue.run(() => this.#dropDevice(deviceId))
    // A crash from here on leaves chunks that no series names; retention drops them in its time.
    for (const series of left) await this.#inSlices(() => this.#tables.deleteChunksOf(series, SLICE_CHUNKS))
  }

  durableThrough(): number {
    let durable = this.#wholeRow
    for (const { unsavedFrom } of this.#index.all())
      if (unsavedFrom !== undefined && unsavedFrom <= durable) durable = unsavedFrom - 1
    return durable
  }

  maintain(now: number): Promise<void> {
    this.#maintaining ??= this.#maintain(now).finally(() => {
      this.#maintaining = undefined
    })
    return this.#maintaining
  }

  /** After this, no row is half seen: nothing more will come. */
  async close(): Promise<void> {
    await this.#maintaining?.catch(() => undefined)
    this.#wholeRow = this.#newestRow
    await this.#checkpoint(this.#options.clock.now())
  }

  async #maintain(now: number): Promise<void> {
    await this.#save(
      [...this.#full].filter((series) => sealIsDue(series, this.#wholeRow, now)),
      now,
    )
    if (this.#checkpointIsDue()) await this.#checkpoint(now)
    const oldest = now - this.#options.retentionMs
    await this.#inSlices(() => this.#tables.deleteChunksBefore(oldest, SLICE_CHUNKS))
  }

  #checkpointIsDue(): boolean {
    const { clock, journalBytes } = this.#options
    const since = clock.monotonic() - this.#checkpointedAt
    if (since >= CHECKPOINT_EVERY_MS) return true
    return since >= CHECKPOINT_AT_MOST_EVERY_MS && (journalBytes?.() ?? 0) >= CHECKPOINT_AT_JOURNAL_BYTES
  }

  async #checkpoint(now: number): Promise<void> {
    this.#checkpointedAt = this.#options.clock.monotonic()
    const open = [...this.#index.all()].filter(
      (series) => series.unsavedFrom !== undefined || sealIsDue(series, this.#wholeRow, now),
    )
    await this.#save(open, now)
    const durableThrough = this.durableThrough()
    await this.#options.queue.run(() => {
      this.#tables.putCursor(durableThrough)
      this.#tables.forgetDropped(durableThrough)
    })
    for (const [device, upto] of this.#dropped) if (upto <= durableThrough) this.#dropped.delete(device)
  }

  /** Saves these series, some in each transaction; the road's own jobs get their turn in between. */
  async #save(list: readonly Series[], now: number): Promise<void> {
    let next = 0
    while (next < list.length) {
      const slice = await this.#options.queue.run(() => this.#saveSlice(list.slice(next), now))
      next += slice.taken
      for (const saved of slice.saved) {
        settle(saved, now)
        if (saved.series.head.count < SEAL_AT_SAMPLES) this.#full.delete(saved.series)
      }
    }
  }

  #saveSlice(list: readonly Series[], now: number): { taken: number; saved: Saved[] } {
    const { clock } = this.#options
    const until = clock.monotonic() + SLICE_MS
    const saved: Saved[] = []
    let taken = 0
    for (const series of list) {
      taken += 1
      if (!series.dropped) saved.push(saveSeries(this.#tables, series, { wholeRow: this.#wholeRow, now }))
      if (taken === SLICE_SERIES || clock.monotonic() >= until) break
    }
    return { taken, saved }
  }

  /**
   * Memory forgets inside the transaction: waiting for the commit would lose samples of the same device that arrive meanwhile.
   * Nobody can trim the journal by what memory then says before this commit, because trimming is a later job of the same queue.
   */
  #dropDevice(deviceId: string): number[] {
    for (const series of this.#index.ofDevice(deviceId)?.values() ?? []) this.#full.delete(series)
    this.#index.remove(deviceId)
    this.#dropped.set(deviceId, this.#newestRow)
    this.#tables.putDropped(deviceId, this.#newestRow)
    return this.#tables.deleteDevice(deviceId)
  }

  /** Runs a deleting job until it finds nothing more. */
  async #inSlices(job: () => number): Promise<void> {
    while ((await this.#options.queue.run(job)) > 0);
  }

  #enterRow(rowId: number): void {
    if (rowId <= this.#openedThrough) return
    if (rowId < this.#newestRow)
      throw new RangeError(`Journal row ${rowId} came after row ${this.#newestRow}.`)
    this.#newestRow = rowId
    this.#wholeRow = rowId - 1
  }

  /** Undefined when the row is from before the device was dropped. */
  #newSeries(rowId: number, deviceId: string, metric: string): Series | undefined {
    const droppedAt = this.#dropped.get(deviceId) ?? 0
    return rowId <= droppedAt ? undefined : this.#index.add(new Series(deviceId, metric, droppedAt))
  }

  #snapshot({ deviceId, metric }: SeriesRange): Snapshot | undefined {
    const series = this.#index.get(deviceId, metric)
    if (!series) return undefined
    const { id = 0, head, sealedThrough } = series
    return { series: id, head: head.oldest(head.count), sealedThrough }
  }
}

function restoreSeries(saved: SavedHead): Series {
  const series = new Series(saved.device, saved.metric, saved.upto)
  const { times, values } = decodeRun(saved.blob)
  times.forEach((at, i) => {
    series.head.push(0, at, values[i] as number)
  })
  series.id = saved.series
  series.head.openedAt = saved.opened_at
  series.sealedThrough = saved.sealed_through ?? undefined
  series.firstAt = saved.first_at
  series.lastAt = saved.last_at
  series.last = saved.last
  return series
}
