import type { BucketPoint } from '../metric-store.ts'
import type { Run } from './codec/run.ts'
import { type Part, ROLLUP_MS } from './rollup.ts'

/** Equal buckets over a range: bucket i covers [origin + i * width, origin + (i + 1) * width), milliseconds. */
export interface BucketPlan {
  origin: number
  width: number
  /** Whether every quarter hour lies inside one bucket, so that roll-ups can be added up. */
  fitsRollups: boolean
}

/**
 * At most `buckets` buckets that cover [from, to). Buckets of a quarter hour and more are whole quarter hours and begin on one:
 * the first may then begin up to 15 min before `from`.
 */
export function planBuckets(from: number, to: number, buckets: number): BucketPlan {
  const fitsRollups = (to - from) / buckets >= ROLLUP_MS
  const grain = fitsRollups ? ROLLUP_MS : 1
  const origin = Math.floor(from / grain) * grain
  return { origin, width: Math.ceil((to - origin) / grain / buckets) * grain, fitsRollups }
}

/** Adds samples and parts, in any order, into the buckets of a plan. */
export class BucketSums {
  readonly #plan: BucketPlan
  readonly #buckets = new Map<number, Part>()
  #current: Part | undefined

  constructor(plan: BucketPlan) {
    this.#plan = plan
  }

  /** The samples of a run that lie in [from, to). */
  addRun({ times, values }: Run, from: number, to: number): void {
    for (let i = 0; i < times.length; i += 1) {
      const at = times[i] as number
      const value = values[i] as number
      if (at >= from && at < to) this.#add(at, value, value, value, 1)
    }
  }

  addPart({ at, min, max, sum, count }: Part): void {
    this.#add(at, min, max, sum, count)
  }

  /** By time, empty ones left out. */
  result(): BucketPoint[] {
    return [...this.#buckets.values()]
      .sort((a, b) => a.at - b.at)
      .map((bucket) => ({
        at: bucket.at,
        min: bucket.min,
        max: bucket.max,
        mean: meanOf(bucket),
        count: bucket.count,
      }))
  }

  #add(at: number, min: number, max: number, sum: number, count: number): void {
    const bucket = this.#bucketAt(at, min, max)
    if (min < bucket.min) bucket.min = min
    if (max > bucket.max) bucket.max = max
    bucket.sum += sum
    bucket.count += count
  }

  /** Neighbours mostly fall into one bucket: look there first. */
  #bucketAt(at: number, min: number, max: number): Part {
    const { origin, width } = this.#plan
    const start = origin + Math.floor((at - origin) / width) * width
    if (this.#current?.at === start) return this.#current
    const bucket = this.#buckets.get(start) ?? { at: start, min, max, sum: 0, count: 0 }
    this.#buckets.set(start, bucket)
    this.#current = bucket
    return bucket
  }
}

/** Rounding must not push a mean outside of what was measured, nor a sum of huge values make it infinite. */
const meanOf = ({ min, max, sum, count }: Part): number =>
  Number.isFinite(sum) ? Math.min(max, Math.max(min, sum / count)) : min / 2 + max / 2
