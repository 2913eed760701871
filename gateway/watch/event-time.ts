/**
 * How fast a small clock correction is worked in: 5 ms per second. A window of a minute is then wrong by at most 0.3 s, and a
 * correction of 2 s, the largest that is slewed, takes under 7 minutes.
 */
export const SLEW_RATE = 0.005

/** UTC milliseconds as monotonic time plus a base, so that a step of the wall clock cannot move it. It never runs backwards. */
export class EventTime {
  #anchorMonotonic: number
  #anchorEvent: number
  #slewMs = 0

  constructor(monotonicMs: number, eventMs: number) {
    this.#anchorMonotonic = monotonicMs
    this.#anchorEvent = eventMs
  }

  /** The event time at a moment of the monotonic clock. */
  at(monotonicMs: number): number {
    return Math.floor(this.#exact(monotonicMs))
  }

  /** Works in a correction little by little from now on, in place of what was left of the last one. */
  slew(monotonicMs: number, correctionMs: number): void {
    this.#anchorEvent = this.#exact(monotonicMs)
    this.#anchorMonotonic = monotonicMs
    this.#slewMs = correctionMs
  }

  #exact(monotonicMs: number): number {
    const elapsed = monotonicMs - this.#anchorMonotonic
    return this.#anchorEvent + elapsed + this.#slewed(elapsed)
  }

  #slewed(elapsed: number): number {
    const most = Math.max(0, elapsed) * SLEW_RATE
    return Math.min(most, Math.max(-most, this.#slewMs))
  }
}
