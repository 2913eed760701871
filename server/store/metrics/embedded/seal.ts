import { HOUR_MS } from '@stillwatch/contract/time.ts'
import type { Run } from './codec/run.ts'

/** A head with this many samples is sealed. */
export const SEAL_AT_SAMPLES = 240
/** A head that waited longer than usual makes longer chunks, up to this. */
const MAX_CHUNK_SAMPLES = 480
/** No chunk spans more, so that a read knows how far before its range a chunk can begin. A day's head fits with room to spare. */
export const MAX_CHUNK_SPAN_MS = 36 * HOUR_MS

/** Samples by strictly increasing time; of several with one time only the last that arrived is kept. */
export function inTimeOrder(run: Run): Run {
  if (isIncreasing(run.times)) return run
  const { times, values } = run
  // Sorting is stable: among equal times the order of arrival stays.
  const order = Array.from(times.keys()).sort((a, b) => (times[a] as number) - (times[b] as number))
  const kept = order.filter((sample, i) => {
    const next = order[i + 1]
    return next === undefined || times[next] !== times[sample]
  })
  return {
    times: Float64Array.from(kept, (sample) => times[sample] as number),
    values: Float64Array.from(kept, (sample) => values[sample] as number),
  }
}

/**
 * Cuts a run in time order into chunks: none too long, none too wide, and none that reaches over `sealedThrough`. What is not
 * newer than that lies over chunks already there; apart, it leaves the new chunk alone in its time, so that its roll-up can be used.
 */
export function intoChunks(run: Run, sealedThrough: number | undefined): Run[] {
  const { times, values } = run
  const chunks: Run[] = []
  let start = 0
  for (let i = 1; i <= times.length; i += 1) {
    if (i < times.length && belongsTo(times, start, i, sealedThrough ?? Number.NEGATIVE_INFINITY)) continue
    chunks.push({ times: times.subarray(start, i), values: values.subarray(start, i) })
    start = i
  }
  return chunks
}

/** Whether sample `i` can still be in the chunk that starts at sample `start`. */
function belongsTo(times: Float64Array, start: number, i: number, sealedThrough: number): boolean {
  const first = times[start] as number
  const at = times[i] as number
  const late = first <= sealedThrough
  return i - start < MAX_CHUNK_SAMPLES && at - first < MAX_CHUNK_SPAN_MS && (!late || at <= sealedThrough)
}

function isIncreasing(times: Float64Array): boolean {
  for (let i = 1; i < times.length; i += 1) if ((times[i] as number) <= (times[i - 1] as number)) return false
  return true
}
