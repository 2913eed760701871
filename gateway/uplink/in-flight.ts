import type { Clock } from '@stillwatch/contract/time.ts'

const MAX_BATCHES = 64
const MAX_BYTES = 2 * 1024 * 1024

/** Batches sent and not yet acknowledged. Bounded, so that a long backlog neither fills memory nor the server's queue. */
export class InFlight {
  readonly #clock: Clock
  readonly #sent = new Map<number, { bytes: number; at: number }>()
  #bytes = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get hasRoom(): boolean {
    return this.#sent.size < MAX_BATCHES && this.#bytes < MAX_BYTES
  }

  sent(seq: number, bytes: number): void {
    this.#sent.set(seq, { bytes, at: this.#clock.monotonic() })
    this.#bytes += bytes
  }

  /** Forgets what is acknowledged; returns how long ago the last of it was sent, milliseconds. */
  acked(through: number): number | undefined {
    let sentAt: number | undefined
    for (const [seq, { bytes, at }] of this.#sent) {
      if (seq > through) break
      this.#sent.delete(seq)
      this.#bytes -= bytes
      sentAt = at
    }
    return sentAt === undefined ? undefined : this.#clock.monotonic() - sentAt
  }

  /** How long the oldest has been waiting, milliseconds; 0 when none is. */
  oldestMs(): number {
    const [oldest] = this.#sent.values()
    return oldest ? this.#clock.monotonic() - oldest.at : 0
  }

  clear(): void {
    this.#sent.clear()
    this.#bytes = 0
  }
}
