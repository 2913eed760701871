import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { DAY_MS } from '@stillwatch/contract/time.ts'
import { frameHash } from '../uplink/frames.ts'
import type { Place, Replace } from './place.ts'
import { rewriteRows } from './rewrite.ts'
import { isFull, openSpoolFile } from './tables.ts'

export interface SpooledBatch {
  seq: number
  /** The wire bytes, exactly as sent. */
  body: Uint8Array
}

/** What a gateway must remember beside its batches. Written in the transaction of the batch it belongs to. */
export interface WatchState {
  span: number
  /** Event time vouched for, UTC ms. */
  through: number
}

/** What became of an append: `dropped` older batches nobody had acknowledged had to go; not `stored`: the batch itself found no room. */
export interface Appended {
  seq: number
  dropped: number
  stored: boolean
}

export interface SpoolOptions {
  path: string
  /** Epoch of the identity: used when the file is new. */
  epoch: number
  capBytes?: number
  /** A limit SQLite itself keeps, in pages of 4 KB, for a file on a small partition. */
  maxPages?: number
  now: number
}

const DEFAULT_CAP_BYTES = 2 * 1024 ** 3
const ROW_OVERHEAD_BYTES = 64
const SIZE_OF_ROWS = `coalesce(sum(length(body)) + ${ROW_OVERHEAD_BYTES} * count(*), 0)`
const DROP_STEP_ROWS = 100
const KEPT_SHARE = 0.95
const OLDEST_ACKED = 'SELECT seq FROM batch WHERE acked_at <= ? ORDER BY seq LIMIT 1000'
const APPEND_ATTEMPTS = 4

/**
 * Keeps every batch until our own acknowledgement, and a day longer if there is room. `seq` lives in a meta row: derived from the
 * rows it would restart at 1 after a full trim.
 */
export class Spool {
  /** Where an unreadable file was put when a fresh one had to take its place. */
  readonly movedTo: string | undefined
  readonly #db: DatabaseSync
  readonly #capBytes: number
  readonly #insert: StatementSync
  readonly #next: StatementSync
  readonly #putMetaRow: StatementSync
  readonly #markAcked: StatementSync
  #bytes = 0
  #epoch: number
  #newest: number
  #hash: string
  #acked: number
  #ackedWritten: number

  constructor(options: SpoolOptions) {
    const { db, movedTo } = openSpoolFile(options.path, options.now)
    this.#db = db
    this.movedTo = movedTo
    this.#capBytes = options.capBytes ?? DEFAULT_CAP_BYTES
    if (options.maxPages !== undefined) db.exec(`PRAGMA max_page_count=${options.maxPages}`)
    this.#insert = db.prepare('INSERT INTO batch (seq, epoch, at, body) VALUES (?, ?, ?, ?)')
    this.#next = db.prepare('SELECT seq, body FROM batch WHERE seq >= ? ORDER BY seq LIMIT 1')
    this.#putMetaRow = db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)')
    this.#markAcked = db.prepare('UPDATE batch SET acked_at = ? WHERE seq <= ? AND acked_at IS NULL')
    if (this.meta('epoch') === undefined) this.setMeta({ epoch: options.epoch })
    this.#epoch = Number(this.meta('epoch'))
    this.#newest = Number(this.meta('seq') ?? 0)
    this.#hash = String(this.meta('hash') ?? '')
    this.#acked = Number(this.meta('acked') ?? 0)
    this.#ackedWritten = this.#acked
    this.#measure()
  }

  get epoch(): number {
    return this.#epoch
  }

  /** Number of the last batch written in this epoch; 0 before the first. */
  get newest(): number {
    return this.#newest
  }

  get newestHash(): string | undefined {
    return this.#hash || undefined
  }

  /** Oldest batch that can still be sent; the one after the newest when all are gone; 0 when none was ever written. */
  get oldest(): number {
    const oldest = this.#number('SELECT coalesce(min(seq), 0) FROM batch')
    return oldest || (this.#newest && this.#newest + 1)
  }

  get acked(): number {
    return this.#acked
  }

  /** How many batches the server has not acknowledged. */
  get depth(): number {
    return this.#number('SELECT count(*) FROM batch WHERE seq > ?', this.#acked)
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Batches dropped unacknowledged since the file was made. */
  get dropped(): number {
    return Number(this.meta('dropped') ?? 0)
  }

  get watchState(): WatchState {
    return { span: Number(this.meta('span') ?? 0), through: Number(this.meta('through') ?? 0) }
  }

  meta(key: string): number | string | undefined {
    const value = this.#db.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.value
    return typeof value === 'number' || typeof value === 'string' ? value : undefined
  }

  setMeta(values: Readonly<Record<string, number | string>>): void {
    this.#transaction(() => this.#putMeta(values))
  }

  /**
   * Writes one batch and what is vouched for with it, in one transaction, on the disk when this returns. When there is no room the
   * oldest go, acknowledged ones first. Throws only what is not a lack of room.
   */
  append(at: number, watch: WatchState, build: (place: Place) => Uint8Array): Appended {
    let dropped = 0
    for (let attempt = 1; attempt <= APPEND_ATTEMPTS; attempt += 1) {
      try {
        dropped += this.#makeRoom()
        this.#write(at, watch, build)
        return { seq: this.#newest, dropped, stored: true }
      } catch (error) {
        if (!isFull(error)) throw error
        dropped += this.#freeDisk()
      }
    }
    return { seq: this.#newest, dropped, stored: false }
  }

  /** The first kept batch with this number or a higher one. */
  from(seq: number): SpooledBatch | undefined {
    const row = this.#next.get(seq)
    return row && { seq: Number(row.seq), body: row.body as Uint8Array }
  }

  /** The server has everything up to here. Written down with the next batch: after a crash the server says it again. */
  ack(through: number): void {
    this.#acked = Math.max(this.#acked, Math.min(through, this.#newest))
  }

  /** The server has only this much after all (it was restored): what lies above is unacknowledged again. */
  rewind(lastApplied: number, now: number): void {
    if (lastApplied >= this.#acked) return
    this.#acked = lastApplied
    this.#transaction(() => {
      this.#db.prepare('UPDATE batch SET acked_at = NULL WHERE seq > ?').run(lastApplied)
      this.#writeAcked(now)
    })
  }

  /** Forgets batches acknowledged more than a day ago, a slice at a time. */
  trim(now: number): void {
    this.#transaction(() => {
      this.#writeAcked(now)
      this.#delete(`seq IN (${OLDEST_ACKED})`, now - DAY_MS)
    })
  }

  /** Gives the unacknowledged batches new numbers from 1 in a new epoch; the acknowledged ones are forgotten. */
  renumber(epoch: number, replace: Replace): void {
    this.#rewrite(epoch, replace)
  }

  /** Gives the unacknowledged batches new contents at the same places. */
  replaceUnacked(replace: Replace): void {
    this.#rewrite(undefined, replace)
  }

  close(): void {
    this.#db.close()
  }

  #write(at: number, watch: WatchState, build: (place: Place) => Uint8Array): void {
    const seq = this.#newest + 1
    const body = build({ epoch: this.#epoch, seq, ...(this.#hash && { prev: this.#hash }) })
    const hash = frameHash(body)
    this.#transaction(() => {
      this.#insert.run(seq, this.#epoch, at, body)
      this.#writeAcked(at)
      this.#putMeta({ seq, hash, span: watch.span, through: watch.through })
    })
    this.#newest = seq
    this.#hash = hash
    this.#bytes += body.length + ROW_OVERHEAD_BYTES
  }

  #rewrite(newEpoch: number | undefined, replace: Replace): void {
    const before = { epoch: this.#epoch, newest: this.#newest, hash: this.#hash, acked: this.#acked }
    const acked = newEpoch === undefined ? this.#acked : 0
    const chain = this.#transaction(() => {
      const chain = rewriteRows(this.#db, before, newEpoch, replace)
      this.#putMeta({ epoch: chain.epoch, seq: chain.newest, hash: chain.hash, acked })
      return chain
    })
    this.#epoch = chain.epoch
    this.#newest = chain.newest
    this.#hash = chain.hash
    this.#acked = acked
    this.#ackedWritten = acked
    this.#measure()
  }

  /** Once over the cap a good piece goes at once: every drop ends a span, and a spool at its cap must not end one a minute. */
  #makeRoom(): number {
    if (this.#bytes <= this.#capBytes) return 0
    let dropped = 0
    while (this.#bytes > this.#capBytes * KEPT_SHARE) dropped += this.#dropOldest()
    return dropped
  }

  /** The disk itself is full: a checkpoint lets the log start over in place, then old rows make room for new ones. */
  #freeDisk(): number {
    try {
      this.#db.exec('PRAGMA wal_checkpoint(RESTART)')
      return this.#dropOldest()
    } catch (error) {
      if (isFull(error)) return 0
      throw error
    }
  }

  /** Deletes the oldest rows and tells how many of them nobody had acknowledged. */
  #dropOldest(): number {
    const oldest = `SELECT seq FROM batch ORDER BY seq LIMIT ${DROP_STEP_ROWS}`
    const last = this.#number(`SELECT coalesce(max(seq), 0) FROM (${oldest})`)
    const unacked = this.#number('SELECT count(*) FROM batch WHERE seq > ? AND seq <= ?', this.#acked, last)
    this.#transaction(() => {
      this.#delete('seq <= ?', last)
      if (unacked > 0) this.#putMeta({ dropped: this.dropped + unacked })
    })
    if (unacked > 0 && last === this.#newest) this.#hash = ''
    return unacked
  }

  #delete(where: string, value: number): void {
    this.#bytes -= this.#number(`SELECT ${SIZE_OF_ROWS} FROM batch WHERE ${where}`, value)
    this.#db.prepare(`DELETE FROM batch WHERE ${where}`).run(value)
  }

  #writeAcked(at: number): void {
    if (this.#acked === this.#ackedWritten) return
    this.#markAcked.run(at, this.#acked)
    this.#putMeta({ acked: this.#acked })
    this.#ackedWritten = this.#acked
  }

  #putMeta(values: Readonly<Record<string, number | string>>): void {
    for (const [key, value] of Object.entries(values)) this.#putMetaRow.run(key, value)
  }

  #measure(): void {
    this.#bytes = this.#number(`SELECT ${SIZE_OF_ROWS} FROM batch`)
  }

  #number(query: string, ...values: number[]): number {
    const statement = this.#db.prepare(query)
    statement.setReturnArrays(true)
    const [value] = (statement.get(...values) ?? []) as unknown as unknown[]
    return Number(value ?? 0)
  }

  /** What memory knows of the rows is measured again after a rollback. */
  #transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = work()
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      this.#ackedWritten = -1
      this.#measure()
      throw error
    }
  }
}
