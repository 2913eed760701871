import type { Run } from './codec/run.ts'

const FIRST_CAPACITY = 16
/** A head that grew beyond this in a backlog gives its memory back once it is sealed. */
const KEEP_CAPACITY = 512

/**
 * The newest samples of one series, in the order they arrived. It remembers where the samples of its newest journal row begin,
 * because that row may still be in the middle of being applied, and only whole rows may be made durable.
 */
export class Head {
  count = 0
  /** When the oldest sample arrived, server's UTC ms. */
  openedAt = 0
  #times = new Float64Array(FIRST_CAPACITY)
  #values = new Float64Array(FIRST_CAPACITY)
  #newestRow = 0
  #newestRowStart = 0

  /** The journal row of the newest sample; 0 for samples read back from disk. */
  get newestRow(): number {
    return this.#newestRow
  }

  push(rowId: number, at: number, value: number): void {
    const count = this.count
    if (count === this.#times.length) this.#resize(count * 2)
    if (rowId !== this.#newestRow) {
      this.#newestRow = rowId
      this.#newestRowStart = count
    }
    this.#times[count] = at
    this.#values[count] = value
    this.count = count + 1
  }

  /** How many samples, from the oldest, are of rows up to `rowId`: the newest row seen by the store, or the one before it. */
  countThrough(rowId: number): number {
    return this.#newestRow <= rowId ? this.count : this.#newestRowStart
  }

  /** A copy of the oldest `count` samples. */
  oldest(count: number): Run {
    return { times: this.#times.slice(0, count), values: this.#values.slice(0, count) }
  }

  /** Forgets the oldest `count` samples. */
  discard(count: number): void {
    this.#times.copyWithin(0, count, this.count)
    this.#values.copyWithin(0, count, this.count)
    this.count -= count
    this.#newestRowStart = Math.max(0, this.#newestRowStart - count)
    if (this.#times.length > KEEP_CAPACITY && this.count < FIRST_CAPACITY) this.#resize(FIRST_CAPACITY)
  }

  #resize(capacity: number): void {
    const { times, values } = this.oldest(this.count)
    this.#times = new Float64Array(capacity)
    this.#values = new Float64Array(capacity)
    this.#times.set(times)
    this.#values.set(values)
  }
}
