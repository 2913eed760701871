import { watchDefaults } from '@stillwatch/contract/health.ts'
import { type Clock, SECOND_MS } from '@stillwatch/contract/time.ts'

const LOST_MS = watchDefaults.gatewayLostS * SECOND_MS
const GONE_MS = watchDefaults.gatewayGoneS * SECOND_MS
const EVERY_MS = SECOND_MS
/** A round this late means that we ourselves stood still: nobody can be blamed for silence in that time. */
const STOOD_STILL_MS = 2 * SECOND_MS

/** Judges the gateways themselves, by the server's monotonic time (road-protocol, section 5). */
export class GatewayTimers {
  readonly #clock: Clock
  readonly #onLost: (gatewayId: string) => void
  /** Monotonic time by which each gateway must be heard again; one that was called lost is not in it. */
  readonly #lostAt = new Map<string, number>()
  #lastRound: number
  #cancel: () => void

  constructor(clock: Clock, onLost: (gatewayId: string) => void) {
    this.#clock = clock
    this.#onLost = onLost
    this.#lastRound = clock.monotonic()
    this.#cancel = clock.timer(EVERY_MS, () => this.#round())
  }

  /** A batch or beat arrived, or the server has just started: the gateway has the whole time again. */
  heard(gatewayId: string): void {
    this.#lostAt.set(gatewayId, this.#clock.monotonic() + LOST_MS)
  }

  /** It was welcomed or enrolled: it has the whole time to be heard, once. */
  expect(gatewayId: string): void {
    if (!this.#lostAt.has(gatewayId)) this.heard(gatewayId)
  }

  /** Its last will has spoken: it must be heard sooner. */
  gone(gatewayId: string): void {
    const lostAt = this.#lostAt.get(gatewayId)
    if (lostAt !== undefined) this.#lostAt.set(gatewayId, Math.min(lostAt, this.#clock.monotonic() + GONE_MS))
  }

  forget(gatewayId: string): void {
    this.#lostAt.delete(gatewayId)
  }

  close(): void {
    this.#cancel()
  }

  #round(): void {
    const now = this.#clock.monotonic()
    const passedMs = now - this.#lastRound
    const stoodStillMs = passedMs - EVERY_MS > STOOD_STILL_MS ? passedMs : 0
    this.#lastRound = now
    this.#cancel = this.#clock.timer(EVERY_MS, () => this.#round())
    for (const [gatewayId, lostAt] of this.#lostAt) {
      if (lostAt + stoodStillMs > now) {
        if (stoodStillMs > 0) this.#lostAt.set(gatewayId, lostAt + stoodStillMs)
        continue
      }
      this.#lostAt.delete(gatewayId)
      this.#onLost(gatewayId)
    }
  }
}
