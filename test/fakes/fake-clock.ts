import type { Clock } from '../../contract/time.ts'

interface Waiting {
  at: number
  order: number
  fire: () => void
}

/**
 * Time that stands still until a test moves it. `advance` fires timers in order of their time and, after each, lets promises and
 * real IO that is already there run, so that what a timer started can go on before the next one fires.
 */
export class FakeClock implements Clock {
  #wall: number
  #monotonic = 0
  #order = 0
  #waiting: Waiting[] = []

  constructor(wall = Date.UTC(2026, 0, 1)) {
    this.#wall = wall
  }

  /** Whole milliseconds, as Date.now gives them; monotonic time is finer. */
  now(): number {
    return Math.floor(this.#wall)
  }

  monotonic(): number {
    return this.#monotonic
  }

  timer(ms: number, fire: () => void): () => void {
    const waiting = { at: this.#monotonic + Math.max(0, ms), order: this.#order, fire }
    this.#order += 1
    this.#waiting.push(waiting)
    return () => {
      this.#waiting = this.#waiting.filter((other) => other !== waiting)
    }
  }

  /** Timers not fired yet, for tests that look for leaks. */
  get timers(): number {
    return this.#waiting.length
  }

  /** Moves both clocks on by `ms` and fires what falls due, each timer at its own time. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms
    await settle()
    for (let next = this.#take(end); next; next = this.#take(end)) {
      this.#pass(Math.max(0, next.at - this.#monotonic))
      next.fire()
      await settle()
    }
    this.#pass(end - this.#monotonic)
  }

  /** The wall clock is set forward or back; the monotonic one does not notice. */
  stepWall(ms: number): void {
    this.#wall += ms
  }

  /** The process stands still for `ms` (a signal, a busy machine): time passes on both clocks, then every timer that fell due fires late. */
  async pause(ms: number): Promise<void> {
    this.#pass(ms)
    await this.advance(0)
  }

  #pass(ms: number): void {
    this.#monotonic += ms
    this.#wall += ms
  }

  #take(until: number): Waiting | undefined {
    let first: Waiting | undefined
    for (const waiting of this.#waiting) {
      if (waiting.at > until) continue
      if (!first || waiting.at < first.at || (waiting.at === first.at && waiting.order < first.order))
        first = waiting
    }
    if (first) this.#waiting.splice(this.#waiting.indexOf(first), 1)
    return first
  }
}

/** Lets promises and callbacks of IO that is already there run. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
