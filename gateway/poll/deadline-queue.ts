import type { Clock } from '@stillwatch/contract/time.ts'

interface Entry {
  key: string
  at: number
}

/**
 * Many deadlines, one timer: a binary heap with one entry per key. `now` is the time line the deadlines are on, in milliseconds;
 * it runs at about the pace of the clock's monotonic time.
 */
export class DeadlineQueue {
  readonly #clock: Clock
  readonly #now: () => number
  readonly #due: (key: string, at: number) => void
  readonly #heap: Entry[] = []
  readonly #places = new Map<string, number>()
  #armedFor = Number.POSITIVE_INFINITY
  #disarm: () => void = () => undefined

  constructor(clock: Clock, now: () => number, due: (key: string, at: number) => void) {
    this.#clock = clock
    this.#now = now
    this.#due = due
  }

  get size(): number {
    return this.#heap.length
  }

  at(key: string): number | undefined {
    const place = this.#places.get(key)
    return place === undefined ? undefined : this.#heap[place]?.at
  }

  /** Sets or moves the deadline of a key. */
  set(key: string, at: number): void {
    const place = this.#places.get(key)
    if (place === undefined) {
      this.#put(this.#heap.length, { key, at })
      this.#up(this.#heap.length - 1)
    } else {
      this.#put(place, { key, at })
      this.#up(place)
      this.#down(this.#places.get(key) ?? 0)
    }
    this.#arm()
  }

  delete(key: string): void {
    const place = this.#places.get(key)
    if (place === undefined) return
    this.#places.delete(key)
    const last = this.#heap.pop()
    if (!last || place === this.#heap.length) return
    this.#put(place, last)
    this.#up(place)
    this.#down(this.#places.get(last.key) ?? 0)
  }

  /** Hands out everything due by now, earliest first. The timer does this by itself; call it when the timer may be late. */
  runDue(): void {
    for (let first = this.#heap[0]; first && first.at <= this.#now(); first = this.#heap[0]) {
      this.delete(first.key)
      this.#due(first.key, first.at)
    }
    this.#arm()
  }

  stop(): void {
    this.#disarm()
    this.#heap.length = 0
    this.#places.clear()
  }

  #arm(): void {
    const first = this.#heap[0]
    if (!first || first.at >= this.#armedFor) return
    this.#disarm()
    this.#armedFor = first.at
    this.#disarm = this.#clock.timer(Math.max(1, first.at - this.#now()), () => {
      this.#armedFor = Number.POSITIVE_INFINITY
      this.runDue()
    })
  }

  #put(place: number, entry: Entry): void {
    this.#heap[place] = entry
    this.#places.set(entry.key, place)
  }

  #swap(a: number, b: number): void {
    const [first, second] = [this.#heap[a], this.#heap[b]]
    if (!first || !second) return
    this.#put(a, second)
    this.#put(b, first)
  }

  #atPlace(place: number): number {
    return this.#heap[place]?.at ?? Number.POSITIVE_INFINITY
  }

  #up(from: number): void {
    for (let place = from; place > 0; ) {
      const parent = (place - 1) >> 1
      if (this.#atPlace(parent) <= this.#atPlace(place)) return
      this.#swap(parent, place)
      place = parent
    }
  }

  #down(from: number): void {
    for (let place = from; ; ) {
      const left = 2 * place + 1
      const smaller = this.#atPlace(left + 1) < this.#atPlace(left) ? left + 1 : left
      if (this.#atPlace(smaller) >= this.#atPlace(place)) return
      this.#swap(smaller, place)
      place = smaller
    }
  }
}
