/** Questions in flight at once. A share is kept for probes, so that a site full of unanswered checks can still find the cause. */
const DEFAULT_IN_FLIGHT = 200
const PROBE_SHARE = 0.1

export class Budget {
  readonly cap: number
  readonly #forChecks: number
  #checks = 0
  #probes = 0

  constructor(cap: number = DEFAULT_IN_FLIGHT) {
    this.cap = cap
    this.#forChecks = Math.max(1, cap - Math.max(1, Math.ceil(cap * PROBE_SHARE)))
  }

  get inFlight(): number {
    return this.#checks + this.#probes
  }

  takeCheck(): boolean {
    if (this.#checks >= this.#forChecks || this.inFlight >= this.cap) return false
    this.#checks += 1
    return true
  }

  giveCheck(): void {
    this.#checks -= 1
  }

  takeProbe(): boolean {
    if (this.inFlight >= this.cap) return false
    this.#probes += 1
    return true
  }

  giveProbe(): void {
    this.#probes -= 1
  }
}
