import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DAY_MS } from '../../../contract/time.ts'
import { openEmbeddedMetrics } from '../../../server/store/metrics/embedded/embedded-metrics.ts'
import { embeddedMetricsSchema } from '../../../server/store/metrics/embedded/schema.ts'
import type { MetricStore } from '../../../server/store/metrics/metric-store.ts'
import { WriteQueue } from '../../../server/store/records/write-queue.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'

export interface Entry {
  deviceId: string
  at: number
  samples: Record<string, number>
}

export interface JournalRow {
  id: number
  entries: Entry[]
}

export const RETENTION_MS = 30 * DAY_MS

/** A metric store on a real file, and the journal it is a projection of; the process around it can be killed at any point. */
export class MetricsWorld {
  readonly clock = new FakeClock()
  readonly #path: string
  readonly #separateReader: boolean
  journal: JournalRow[] = []
  #db: DatabaseSync
  #readDb: DatabaseSync | undefined
  #newestRow = 0
  queue: WriteQueue
  store: MetricStore
  journalBytes = 0

  constructor(directory: string, separateReader = false) {
    this.#path = join(directory, 'records.db')
    this.#separateReader = separateReader
    this.#db = this.#connect()
    this.#db.exec(embeddedMetricsSchema)
    this.queue = new WriteQueue(this.#db)
    this.store = this.#open()
  }

  get db(): DatabaseSync {
    return this.#db
  }

  /** Writes a row into the journal and applies it, as the road does after its commit. */
  async applyRow(entries: Entry[], between: (entry: number) => void = () => undefined): Promise<void> {
    const row = this.journalRow(entries)
    entries.forEach((entry, i) => {
      between(i)
      this.store.append(row.id, entry.deviceId, entry.at, entry.samples)
    })
  }

  /** Only writes it: a crash came before it was applied. */
  journalRow(entries: Entry[]): JournalRow {
    this.#newestRow += 1
    const row = { id: this.#newestRow, entries }
    this.journal.push(row)
    return row
  }

  /** Drops journal rows as the road does: in a job of the write queue, by what the store vouches for at that moment. */
  async trim(): Promise<void> {
    const through = await this.queue.run(() => this.store.durableThrough())
    this.journal = this.journal.filter((row) => row.id > through)
  }

  /** The process dies now, in the middle of whatever it was doing: an open transaction is lost, memory too. Then it starts again. */
  async crash(): Promise<void> {
    this.#db.close()
    this.#readDb?.close()
    await this.queue.idle()
    this.#db = this.#connect()
    this.queue = new WriteQueue(this.#db)
    this.store = this.#open()
    this.replay()
  }

  async restart(): Promise<void> {
    await this.store.close()
    await this.crash()
  }

  replay(): void {
    const through = this.store.durableThrough()
    for (const row of this.journal)
      if (row.id > through)
        for (const entry of row.entries) this.store.append(row.id, entry.deviceId, entry.at, entry.samples)
  }

  close(): void {
    this.#db.close()
    this.#readDb?.close()
  }

  #connect(): DatabaseSync {
    const db = new DatabaseSync(this.#path)
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL')
    return db
  }

  #open(): MetricStore {
    if (this.#separateReader) this.#readDb = new DatabaseSync(this.#path, { readOnly: true })
    return openEmbeddedMetrics({
      db: this.#db,
      queue: this.queue,
      ...(this.#readDb ? { readDb: this.#readDb } : {}),
      clock: this.clock,
      retentionMs: RETENTION_MS,
      journalBytes: () => this.journalBytes,
    })
  }
}
