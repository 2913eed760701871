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
   * Runs `job` inside one transaction and resolves with its result after the commit. A job that throws is rolled back and rejects.
   * Inside, await only queries on this connection.
   */
  run<T>(job: (db: DatabaseSync) => T | Promise<T>): Promise<T> {
    this.#waiting += 1
    const result = this.#tail
      .then(() => this.#transaction(job))
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

  async #transaction<T>(job: (db: DatabaseSync) => T | Promise<T>): Promise<T> {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      const result = await job(this.#db)
      this.#db.exec('COMMIT')
      return result
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }
}
