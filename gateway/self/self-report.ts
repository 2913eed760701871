import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { selfMetrics } from '@stillwatch/contract/road.ts'
import { type Clock, SECOND_MS } from '@stillwatch/contract/time.ts'

type SelfMetric = (typeof selfMetrics)[number]
/** What others know; the rest is measured here. */
export type Readings = Omit<Record<SelfMetric, number>, 'event_loop_lag_ms' | 'memory_rss_bytes'>

export interface SelfReportOptions {
  clock: Clock
  readings: () => Readings
  record: (samples: Record<SelfMetric, number>) => void
}

const EVERY_MS = 20 * SECOND_MS
const LAG_RESOLUTION_MS = 20
const NANOSECONDS = 1_000_000

/** The gateway's own health, as ordinary samples under its own id. Never evidence of anything. */
export class SelfReport {
  readonly #options: SelfReportOptions
  readonly #lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
  #cancel: () => void = () => undefined

  constructor(options: SelfReportOptions) {
    this.#options = options
  }

  start(): void {
    this.#lag.enable()
    this.#again()
  }

  stop(): void {
    this.#cancel()
    this.#lag.disable()
  }

  #again(): void {
    this.#cancel = this.#options.clock.timer(EVERY_MS, () => {
      this.#report()
      this.#again()
    })
  }

  #report(): void {
    const lagMs = Math.max(0, Math.round(this.#lag.max / NANOSECONDS) - LAG_RESOLUTION_MS)
    this.#lag.reset()
    this.#options.record({
      ...this.#options.readings(),
      event_loop_lag_ms: lagMs,
      memory_rss_bytes: process.memoryUsage.rss(),
    })
  }
}
