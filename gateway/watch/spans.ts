import { type Clock, MINUTE_MS, SECOND_MS } from '@stillwatch/contract/time.ts'
import { EventTime } from './event-time.ts'

/** Why a new stretch of watching begins. */
export type SpanReason = 'start' | 'suspend' | 'clock' | 'dropped' | 'renumbered'

export interface Span {
  number: number
  startedAt: number
}

/** What the server's time was when we heard of it, somewhere within `uncertaintyMs` to either side. */
export interface ServerTime {
  now: number
  uncertaintyMs: number
}

export interface SpansOptions {
  clock: Clock
  /** Number of the last span of this data directory. */
  lastSpan: number
  /** Starts of the latest spans, event time, oldest first. */
  recentStarts: readonly number[]
  startAt: { time: number; trusted: boolean }
  /** Whether the server can be heard at this moment. */
  linkUp: () => boolean
  /** Called before a span ends, with the last event time it vouches for. */
  ending: (through: number) => void
  /** Called when a span has begun: it must be on the disk before anything of it is sent. */
  started: (span: Span, reason: SpanReason, recentStarts: readonly number[], jumpMs: number) => void
  /** Called once when trusted time comes after all: everything timed so far is off by this much. */
  timeFound: (byMs: number) => void
}

const TICK_MS = SECOND_MS
/** A tick this late is a suspended or starved process: nobody watched meanwhile. */
const LATE_MS = 5 * SECOND_MS
const STEP_MS = 2 * SECOND_MS
const NOISE_MS = 20
const RESTARTS = 3
const RESTARTS_WITHIN_MS = 10 * MINUTE_MS

/** Whether the latest spans came so close together that the gateway cannot be relied upon. */
export const restartsTooOften = (recentStarts: readonly number[]): boolean => {
  const [first, last] = [recentStarts.at(-RESTARTS), recentStarts.at(-1)]
  return first !== undefined && last !== undefined && Math.abs(last - first) < RESTARTS_WITHIN_MS
}

/**
 * Unbroken stretches of watching and the event time inside them (road-protocol, section 4). Event time steps only at the border of
 * two spans; whoever handles something that happened calls `touch` first, so that a pause is seen before anything is timed.
 */
export class Spans {
  readonly #options: SpansOptions
  readonly #clock: Clock
  #time: EventTime
  #span: Span
  #recentStarts: readonly number[]
  #touchedAt: number
  #wallAhead: number
  #watchedBefore = 0
  #trusted: boolean
  #serverHeard = false
  #cancelTick: () => void = () => undefined

  constructor(options: SpansOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#touchedAt = this.#clock.monotonic()
    this.#wallAhead = this.#clock.now() - this.#touchedAt
    this.#trusted = options.startAt.trusted
    this.#time = new EventTime(this.#touchedAt, options.startAt.time)
    this.#span = { number: options.lastSpan, startedAt: options.startAt.time }
    this.#recentStarts = options.recentStarts
  }

  /** Begins the first span of the process. */
  start(): void {
    this.#begin('start', this.#options.startAt.time, 0)
    this.#tick()
  }

  stop(): void {
    this.#cancelTick()
  }

  get span(): Span {
    return this.#span
  }

  /** True while times may be off because nobody has told us the time yet. */
  get approximate(): boolean {
    return !this.#trusted
  }

  /** Event time, UTC ms. */
  now(): number {
    return this.#time.at(this.#clock.monotonic())
  }

  /** The event time of a moment of the monotonic clock, not before this span. */
  at(monotonicMs: number): number {
    return Math.max(this.#span.startedAt, this.#time.at(monotonicMs))
  }

  /** Milliseconds watched by this process: event time inside spans, the gaps between them not counted. */
  watchedMs(): number {
    return this.#watchedBefore + this.now() - this.#span.startedAt
  }

  /** How far the machine's own clock is ahead of event time. */
  clockOffsetMs(): number {
    return Math.round(this.#clock.now() - this.now())
  }

  /** Looks at the clocks: a pause or a step of the wall clock begins a new span. */
  touch(): void {
    const before = this.#touchedAt
    const now = this.#clock.monotonic()
    const wallAhead = this.#clock.now() - now
    const late = now - before - TICK_MS
    const step = wallAhead - this.#wallAhead
    this.#touchedAt = now
    this.#wallAhead = wallAhead
    if (Math.abs(step) > STEP_MS) this.#wallStepped(before, step)
    else if (late > LATE_MS) this.#change('suspend', before, this.#time.at(now), 0)
  }

  /** Takes the server's word for the time: small differences are slewed, larger ones begin a new span. */
  serverSaid(server: ServerTime): void {
    this.touch()
    this.#serverHeard = true
    const now = this.#clock.monotonic()
    const off = server.now - this.#time.at(now)
    if (!this.#trusted) return this.#findTime(now, off)
    if (Math.abs(off) <= Math.max(NOISE_MS, server.uncertaintyMs)) return
    // No further than proven: when the server is slow to answer, the middle of what is possible may be wrong by seconds.
    const correction = off - Math.sign(off) * server.uncertaintyMs
    if (Math.abs(correction) <= STEP_MS) this.#time.slew(now, correction)
    else this.#change('clock', now, this.#time.at(now) + correction, correction)
  }

  /** Begins a new span for a reason found elsewhere. */
  renew(reason: SpanReason): void {
    this.touch()
    const now = this.#clock.monotonic()
    this.#change(reason, now, this.#time.at(now), 0)
  }

  #findTime(now: number, correction: number): void {
    const startAt = this.#time.at(now) + correction
    this.#end(now)
    this.#trusted = true
    this.#options.timeFound(correction)
    this.#begin('clock', startAt, correction)
  }

  /**
   * The wall clock left the monotonic one. While the server is heard, it says which was right. Otherwise a jump forward is most
   * likely a suspended machine, whose monotonic clock stood still, and a machine that never met the server has no better clock.
   */
  #wallStepped(before: number, step: number): void {
    const follow = !this.#serverHeard || (step > 0 && !this.#options.linkUp())
    const now = this.#time.at(this.#clock.monotonic())
    this.#change(follow ? 'clock' : 'suspend', before, follow ? now + step : now, follow ? step : 0)
  }

  #change(reason: SpanReason, endedAtMonotonic: number, startAt: number, jumpMs: number): void {
    this.#end(endedAtMonotonic)
    this.#begin(reason, startAt, jumpMs)
  }

  #end(atMonotonic: number): void {
    const through = this.#time.at(atMonotonic)
    this.#options.ending(through)
    this.#watchedBefore += Math.max(0, through - this.#span.startedAt)
  }

  #begin(reason: SpanReason, startAt: number, jumpMs: number): void {
    // Whole, as every time on the wire.
    const startedAt = Math.floor(startAt)
    this.#time = new EventTime(this.#clock.monotonic(), startedAt)
    this.#span = { number: this.#span.number + 1, startedAt }
    this.#recentStarts = [...this.#recentStarts, startedAt].slice(-RESTARTS)
    this.#options.started(this.#span, reason, this.#recentStarts, jumpMs)
  }

  #tick(): void {
    this.#cancelTick = this.#clock.timer(TICK_MS, () => {
      this.touch()
      this.#tick()
    })
  }
}
