import type { BucketPoint, Point, SeriesRange } from '../metric-store.ts'
import { BucketSums, planBuckets } from './buckets.ts'
import { ChunkError } from './codec/bits.ts'
import { decodeChunk, emptyRun, type Run } from './codec/run.ts'
import { decodeParts } from './rollup.ts'
import { inTimeOrder, intoChunks } from './seal.ts'
import type { ReadTables, StoredChunk } from './tables.ts'

/**
 * What a read works on: a copy of the head, made BEFORE the chunks are read. What is sealed in between is then in both and merges
 * into one, because the copy and the new chunk overlap in time; the other way round it could be in neither.
 */
export interface Snapshot {
  series: number
  head: Run
  sealedThrough: number | undefined
}

/** A stretch of samples in memory, or a chunk on disk that is read only when its roll-up does not do. */
interface Stretch {
  firstAt: number
  lastAt: number
  chunk?: { id: number; rollup: Uint8Array | null }
  run?: Run
}

export function readPoints(tables: ReadTables, snapshot: Snapshot, { from, to }: SeriesRange): Point[] {
  const { times, values } = samplesAround(tables, snapshot, from, to)
  const points: Point[] = []
  times.forEach((at, i) => {
    if (at >= from && at < to) points.push({ at, value: values[i] as number })
  })
  return points
}

export function readBuckets(
  tables: ReadTables,
  snapshot: Snapshot,
  { from, to }: SeriesRange,
  buckets: number,
): BucketPoint[] {
  const plan = planBuckets(from, to, buckets)
  const sums = new BucketSums(plan)
  if (plan.fitsRollups) addStretches(tables, snapshot, from, to, sums)
  else sums.addRun(samplesAround(tables, snapshot, from, to), from, to)
  return sums.result()
}

/** The samples of every chunk that touches [from, to), and of the head. */
function samplesAround(tables: ReadTables, snapshot: Snapshot, from: number, to: number): Run {
  return merge([...tables.chunks({ series: snapshot.series, from, to }).map(decodeStored), snapshot.head])
}

/**
 * A chunk that lies wholly inside the range and alone in its time is added by its roll-up. Where stretches overlap the same time
 * may have been said twice, and roll-ups cannot tell: there the samples themselves are merged.
 */
function addStretches(
  tables: ReadTables,
  snapshot: Snapshot,
  from: number,
  to: number,
  sums: BucketSums,
): void {
  const chunks = tables.rolledChunks({ series: snapshot.series, from, to })
  const stretches: Stretch[] = [
    ...chunks.map(({ id, first_at, last_at, rollup }) => ({
      firstAt: first_at,
      lastAt: last_at,
      chunk: { id, rollup },
    })),
    ...headStretches(snapshot),
  ]
  for (const group of overlapping(stretches)) {
    const [only] = group
    const rollup = group.length === 1 ? only?.chunk?.rollup : undefined
    if (only && rollup && only.firstAt >= from && only.lastAt < to)
      for (const part of decodeParts(rollup)) sums.addPart(part)
    else sums.addRun(merge(group.sort(byArrival).map((stretch) => samplesOf(tables, stretch))), from, to)
  }
}

/** The head cut as its seal would cut it, so that a few late samples do not lie over everything between them and now. */
function headStretches({ head, sealedThrough }: Snapshot): Stretch[] {
  return intoChunks(inTimeOrder(head), sealedThrough).map((run) => ({
    firstAt: run.times[0] as number,
    lastAt: run.times[run.times.length - 1] as number,
    run,
  }))
}

/** Groups of stretches that touch one another in time, in time order. */
function overlapping(stretches: Stretch[]): Stretch[][] {
  const groups: Stretch[][] = []
  let group: Stretch[] = []
  let reaches = Number.NEGATIVE_INFINITY
  for (const stretch of stretches.sort((a, b) => a.firstAt - b.firstAt)) {
    if (stretch.firstAt > reaches) {
      group = []
      groups.push(group)
    }
    group.push(stretch)
    reaches = Math.max(reaches, stretch.lastAt)
  }
  return groups
}

/** Chunks in the order of their ids, then what is still in memory. */
const byArrival = (a: Stretch, b: Stretch): number => arrival(a) - arrival(b)
const arrival = ({ chunk }: Stretch): number => chunk?.id ?? Number.MAX_SAFE_INTEGER

function samplesOf(tables: ReadTables, { run, chunk }: Stretch): Run {
  if (run) return run
  const stored = chunk && tables.chunk(chunk.id)
  // Retention may have dropped the chunk since it was listed.
  return stored ? decodeStored(stored) : emptyRun()
}

/** One run in time order out of runs given in order of arrival. */
function merge(runs: readonly Run[]): Run {
  const count = runs.reduce((sum, run) => sum + run.times.length, 0)
  const all = { times: new Float64Array(count), values: new Float64Array(count) }
  let used = 0
  for (const run of runs) {
    all.times.set(run.times, used)
    all.values.set(run.values, used)
    used += run.times.length
  }
  return inTimeOrder(all)
}

function decodeStored({ id, blob }: StoredChunk): Run {
  try {
    return decodeChunk(blob)
  } catch (cause) {
    if (cause instanceof ChunkError) throw new ChunkError(`Chunk ${id}: ${cause.message}`, { cause })
    throw cause
  }
}
