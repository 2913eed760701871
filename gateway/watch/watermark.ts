/** A device the gateway does not vouch for, and since when (event time). */
export interface Held {
  id: string
  since: number
}

export interface Vouched {
  /** Every check due by then was carried out, except those of the devices held by name. */
  through: number
  held: Held[]
}

/** As many names as a message may carry (contract, `Beat.held`). */
const MAX_NAMES = 10_000

/** Why a device may be held: a due check is unfinished, or what it says cannot be heard. */
export type HoldReason = 'check' | 'ear'

/**
 * Knows every unfinished check by name, so that the watermark can always be now. It stays back only when there are more names than
 * a message carries: then no further than the oldest it cannot name.
 */
export class Watermark {
  readonly #maxNames: number
  readonly #since: Record<HoldReason, Map<string, number>> = { check: new Map(), ear: new Map() }
  #through = 0

  constructor(maxNames: number = MAX_NAMES) {
    this.#maxNames = maxNames
  }

  /** Holds a device from a time on; a device held already stays held since then. What was vouched for is not taken back. */
  hold(id: string, reason: HoldReason, since: number): void {
    if (!this.#since[reason].has(id)) this.#since[reason].set(id, Math.max(since, this.#through))
  }

  release(id: string, reason: HoldReason): void {
    this.#since[reason].delete(id)
  }

  isHeld(id: string): boolean {
    return this.#since.check.has(id) || this.#since.ear.has(id)
  }

  /** Times of different spans are never compared: whoever is held now is held since the start of the new one. */
  startSpan(startedAt: number): void {
    this.#through = startedAt
    for (const held of Object.values(this.#since)) for (const id of held.keys()) held.set(id, startedAt)
  }

  /** What can be vouched for at this time. Never less than before in the same span. */
  vouch(now: number): Vouched {
    const held = this.#held()
    const firstUnnamed = held[this.#maxNames]?.since ?? Number.POSITIVE_INFINITY
    this.#through = Math.max(this.#through, Math.min(now, firstUnnamed))
    return { through: this.#through, held: held.slice(0, this.#maxNames) }
  }

  #held(): Held[] {
    const since = new Map(this.#since.check)
    for (const [id, at] of this.#since.ear) since.set(id, Math.min(at, since.get(id) ?? at))
    const held = Array.from(since, ([id, at]) => ({ id, since: at }))
    return held.length > this.#maxNames ? held.sort((a, b) => a.since - b.since) : held
  }
}
