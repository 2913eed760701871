import { watchDefaults } from '@stillwatch/contract/health.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import { DeadlineQueue } from '../poll/deadline-queue.ts'

const HOLD_MS = watchDefaults.correlationHoldS * 1_000

export interface EvidenceOptions {
  clock: Clock
  /** Milliseconds watched (gaps between spans not counted, the one that just ended included). */
  watchedMs: () => number
  /** One correlation hold before a device's silence deadline, for devices that asked for it. */
  nearDeadline: (id: string) => void
  /** A device's silence window has passed without evidence. Once per outage. */
  deadlinePassed: (id: string) => void
}

interface Standing {
  windowMs: number
  warn: boolean
  provedAt: number
  warned: boolean
  passed: boolean
}

/**
 * The gateway's own reckoning of every device's silence deadline, so that the server can be told at once when one passes. The
 * server judges; a restart here starts every window anew and only delays the hint.
 */
export class Evidence {
  readonly #options: EvidenceOptions
  readonly #standings = new Map<string, Standing>()
  readonly #queue: DeadlineQueue

  constructor(options: EvidenceOptions) {
    this.#options = options
    this.#queue = new DeadlineQueue(options.clock, options.watchedMs, (id) => this.#due(id))
  }

  /** Starts or changes a device. `warn`: it is only listened to and has ancestors to be probed before its deadline. */
  set(id: string, windowMs: number, warn: boolean): void {
    const known = this.#standings.get(id)
    const standing = known ?? {
      windowMs,
      warn,
      provedAt: this.#options.watchedMs(),
      warned: false,
      passed: false,
    }
    this.#standings.set(id, { ...standing, windowMs, warn })
    if (!standing.passed) this.#arm(id)
  }

  remove(id: string): void {
    this.#standings.delete(id)
    this.#queue.delete(id)
  }

  /** The device proved alive just now. */
  proved(id: string): void {
    const standing = this.#standings.get(id)
    if (!standing) return
    standing.provedAt = this.#options.watchedMs()
    standing.warned = false
    standing.passed = false
    this.#arm(id)
  }

  /** Whether the window has passed without evidence. */
  isPast(id: string): boolean {
    return this.#standings.get(id)?.passed ?? false
  }

  stop(): void {
    this.#queue.stop()
  }

  #arm(id: string): void {
    const standing = this.#standings.get(id)
    if (!standing) return
    const deadline = standing.provedAt + standing.windowMs
    const warnFirst = standing.warn && !standing.warned && standing.windowMs > HOLD_MS
    this.#queue.set(id, warnFirst ? deadline - HOLD_MS : deadline)
  }

  #due(id: string): void {
    const standing = this.#standings.get(id)
    if (!standing) return
    if (this.#options.watchedMs() < standing.provedAt + standing.windowMs) {
      const near = standing.warn && !standing.warned
      standing.warned ||= near
      this.#arm(id)
      if (near) this.#options.nearDeadline(id)
    } else {
      standing.passed = true
      this.#options.deadlinePassed(id)
    }
  }
}
