import type { DatabaseSync } from 'node:sqlite'

/**
 * The one writer of the process: every change of the records is a job in this queue, run first in, first out, one at a time.
 * A second writer on the connection would lose rows on a rollback; a second write connection would block the event loop.
 */
export class WriteQueue {
  readonly #db: DatabaseSync
  #tail: Promise<unknown> = Promise.resolve()
  #waiting = 0

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  get waiting(): number {
    return this.#waiting
  }

  /**
   * Runs `job` inside one transaction and resolves with its result after the commit; a job that throws is rolled back and rejects.
   * Inside, await only queries on this connection. `committed` runs right after the commit and before the next job: what is kept
   * in memory changes there, so that no other job sees rows and memory disagree.
   */
  run<T>(job: (db: DatabaseSync) => T | Promise<T>, committed?: (result: T) => void): Promise<T> {
    this.#waiting += 1
    const result = this.#tail
      .then(() => this.#transaction(job, committed))
      .finally(() => {
        this.#waiting -= 1
      })
    this.#tail = result.catch(() => undefined)
    return result
  }

  /** Resolves when every job queued so far has ended. */
  async idle(): Promise<void> {
    await this.#tail
  }

  async #transaction<T>(
    job: (db: DatabaseSync) => T | Promise<T>,
    committed?: (result: T) => void,
  ): Promise<T> {
    this.#db.exec('BEGIN IMMEDIATE')
    let result: T
    try {
      result = await job(this.#db)
      this.#db.exec('COMMIT')
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
    committed?.(result)
    return result
  }
}
