import { DAY_MS } from '@stillwatch/contract/time.ts'
import { emptyRun, encodeRun, type Run } from './codec/run.ts'
import { encodeParts, rollUp } from './rollup.ts'
import { inTimeOrder, intoChunks, SEAL_AT_SAMPLES } from './seal.ts'
import type { Series } from './series.ts'
import type { Tables } from './tables.ts'

/** A head is sealed at this age even when it is not full: a metric that comes once a day is kept safe like any other. */
const SEAL_AT_AGE_MS = DAY_MS

/** A series as it stands in a transaction that is not yet committed: memory follows only after the commit. */
export interface Saved {
  series: Series
  id: number
  upto: number
  sealedThrough: number | undefined
  /** How many samples of the head went into chunks. */
  sealed: number
}

/** Whether the whole journal rows of this head are ready to be chunks. */
export function sealIsDue(series: Series, wholeRow: number, now: number): boolean {
  const count = series.head.countThrough(wholeRow)
  return count >= SEAL_AT_SAMPLES || (count > 0 && now - series.head.openedAt >= SEAL_AT_AGE_MS)
}

/**
 * Writes all that a series has of journal rows up to `wholeRow` (no row after it has been applied in whole): as chunks when the
 * head is due, else as the head's blob. Either way the head row says how far, in the same transaction; so a replay after a crash
 * finds every sample either there or in a row after `upto`, never both.
 */
export function saveSeries(tables: Tables, series: Series, at: { wholeRow: number; now: number }): Saved {
  const id = series.id ?? tables.addSeries(series.deviceId, series.metric)
  const count = series.head.countThrough(at.wholeRow)
  const run = series.head.oldest(count)
  const due = sealIsDue(series, at.wholeRow, at.now)
  const chunks = due ? intoChunks(inTimeOrder(run), series.sealedThrough) : []
  for (const chunk of chunks) writeChunk(tables, id, chunk)
  const upto = Math.max(series.upto, at.wholeRow)
  const sealedThrough = newestTime(chunks, series.sealedThrough)
  const { firstAt, lastAt, last } = series
  const openedAt = due ? at.now : series.head.openedAt
  const blob = encodeRun(due ? emptyRun() : run)
  tables.putHead({ series: id, upto, openedAt, firstAt, lastAt, last, sealedThrough, blob })
  return { series, id, upto, sealedThrough, sealed: due ? count : 0 }
}

/** Makes memory agree with what has been committed. Samples may have arrived meanwhile; they stay. */
export function settle(saved: Saved, now: number): void {
  const { series } = saved
  series.id = saved.id
  series.upto = saved.upto
  series.sealedThrough = saved.sealedThrough
  // What is left unsaved is of rows after `upto`; naming the first of them is at most a few rows too careful.
  series.unsavedFrom = series.head.newestRow > saved.upto ? saved.upto + 1 : undefined
  if (saved.sealed === 0) return
  series.head.discard(saved.sealed)
  series.head.openedAt = now
}

function writeChunk(tables: Tables, series: number, chunk: Run): void {
  const { times } = chunk
  const firstAt = times[0] as number
  const lastAt = times[times.length - 1] as number
  const id = tables.addChunk({ series, firstAt, lastAt, blob: encodeRun(chunk) })
  const parts = rollUp(chunk)
  if (parts) tables.addRollup(id, encodeParts(parts))
}

const newestTime = (chunks: readonly Run[], before: number | undefined): number | undefined => {
  const newest = chunks.at(-1)?.times.at(-1)
  if (newest === undefined) return before
  return before === undefined ? newest : Math.max(before, newest)
}
