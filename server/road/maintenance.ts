import { type Clock, HOUR_MS, MINUTE_MS, SECOND_MS } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import { freeze } from '../health/checkpoint.ts'
import type { Fleet } from '../health/fleet.ts'
import type { MetricStore } from '../store/metrics/metric-store.ts'
import { lastJournalRow, readCheckpoints, saveCheckpoint, trimJournal } from '../store/records/fleet-rows.ts'
import type { Records } from '../store/records/records.ts'

const EVERY_MS = SECOND_MS
const CHECKPOINT_EVERY_MS = 15 * MINUTE_MS
const CHECKPOINT_AT_BYTES = 64 * 1024 * 1024
const LEAST_BETWEEN_MS = MINUTE_MS
const TRIM_ROWS = 500
const TIDY_EVERY_MS = HOUR_MS
/** A live event is of use to nobody after this: a browser that was away asks the API again. */
const LIVE_EVENT_KEPT_MS = HOUR_MS

export interface MaintenanceDeps {
  fleet: Fleet
  records: Records
  metrics: MetricStore
  clock: Clock
  log: Logger
  journal: JournalSize
}

/** How much the journal holds, kept by those who write and trim it. */
export interface JournalSize {
  bytes: number
}

/** Keeps the journal short and the stores tidy, in steps so small that the road never waits for them. */
export class Maintenance {
  readonly #deps: MaintenanceDeps
  #lastCheckpoint: number
  #lastTidy: number
  #cancel: () => void
  #running: Promise<void> = Promise.resolve()
  /** Journal rows up to here are in the checkpoints. */
  #checkpointed: number

  constructor(deps: MaintenanceDeps) {
    this.#deps = deps
    this.#lastCheckpoint = deps.clock.monotonic()
    this.#lastTidy = deps.clock.monotonic()
    this.#checkpointed = leastUpto(deps)
    this.#cancel = deps.clock.timer(EVERY_MS, () => this.#round())
  }

  async close(): Promise<void> {
    this.#cancel()
    await this.#running
  }

  /** Writes down everything that is only in memory, so that the next start has little to replay. */
  async checkpoint(): Promise<void> {
    const { fleet, records, clock } = this.#deps
    this.#lastCheckpoint = clock.monotonic()
    const from = lastJournalRow(records.db)
    for (const gatewayId of [...fleet.gateways.keys()]) {
      await records.queue.run((db) => {
        const state = freeze(fleet, gatewayId)
        if (state) saveCheckpoint(db, gatewayId, lastJournalRow(db), state)
      })
    }
    this.#checkpointed = from
  }

  #round(): void {
    this.#running = this.#work()
      .catch((error: unknown) =>
        this.#deps.log.error({ err: error }, 'Keeping the stores tidy failed; it is tried again.'),
      )
      .finally(() => {
        this.#cancel = this.#deps.clock.timer(EVERY_MS, () => this.#round())
      })
  }

  async #work(): Promise<void> {
    const { metrics, clock } = this.#deps
    await metrics.maintain(clock.now())
    if (this.#isDue()) await this.checkpoint()
    await this.#trim()
    if (clock.monotonic() - this.#lastTidy >= TIDY_EVERY_MS) await this.#tidy()
  }

  #isDue(): boolean {
    const since = this.#deps.clock.monotonic() - this.#lastCheckpoint
    return (
      since >= CHECKPOINT_EVERY_MS ||
      (since >= LEAST_BETWEEN_MS && this.#deps.journal.bytes >= CHECKPOINT_AT_BYTES)
    )
  }

  async #trim(): Promise<void> {
    const { records, metrics, journal } = this.#deps
    const through = Math.min(this.#checkpointed, metrics.durableThrough())
    for (;;) {
      const gone = await records.queue.run((db) => trimJournal(db, through, TRIM_ROWS))
      journal.bytes -= gone.bytes
      if (gone.rows < TRIM_ROWS) return
    }
  }

  async #tidy(): Promise<void> {
    const { records, clock } = this.#deps
    this.#lastTidy = clock.monotonic()
    const now = clock.now()
    await records.queue.run((db) => {
      db.prepare("DELETE FROM outgoing WHERE kind = 'live' AND created_at < ?").run(now - LIVE_EVENT_KEPT_MS)
      db.prepare('DELETE FROM session WHERE expires_at < ?').run(now)
      db.prepare('DELETE FROM enrolment_code WHERE expires_at < ?').run(now)
    })
  }
}

function leastUpto({ records, fleet }: MaintenanceDeps): number {
  const checkpoints = readCheckpoints(records.db)
  const each = [...fleet.gateways.keys()].map((id) => checkpoints.get(id)?.upto ?? 0)
  return each.length === 0 ? lastJournalRow(records.db) : Math.min(...each)
}
