import { mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { nodeSqliteDialect } from './dialect.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './tables.ts'
import { WriteQueue } from './write-queue.ts'

/** The records: devices, tickets, people, and the journal. One file, one writer, any number of readers. */
export interface Records {
  /** For the road's prepared statements, inside a queue job only. */
  db: DatabaseSync
  queue: WriteQueue
  /** Reads what is committed; never sees an open transaction. */
  read: Kysely<Tables>
  readDb: DatabaseSync
  /** One transaction in the write queue. `committed` runs right after the commit, before any other job. */
  write<T>(job: (trx: Kysely<Tables>) => Promise<T>, committed?: (result: T) => void): Promise<T>
  close(): Promise<void>
}

/**
 * Opens (and brings up to date) the records file. Throws with a sentence when the file is newer than this program, or when another
 * process holds it.
 */
export function openRecords(file: string): Records {
  mkdirSync(dirname(file), { recursive: true })
  const release = holdExclusively(`${file}.lock`)
  const db = new DatabaseSync(file)
  db.exec(
    'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 5000',
  )
  migrate(db)
  const readDb = new DatabaseSync(file, { readOnly: true })
  const queue = new WriteQueue(db)
  const writer = new Kysely<Tables>({ dialect: nodeSqliteDialect(db) })
  return {
    db,
    queue,
    readDb,
    read: new Kysely<Tables>({ dialect: nodeSqliteDialect(readDb) }),
    write: (job, committed) => queue.run(() => job(writer), committed),
    async close() {
      await queue.idle()
      readDb.close()
      db.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      db.close()
      release()
    },
  }
}

/** A second process on the same data is refused: an open exclusive transaction on a lock file that the system drops with the process. */
export function holdExclusively(lockFile: string): () => void {
  const lock = new DatabaseSync(lockFile)
  try {
    lock.exec('PRAGMA busy_timeout = 0; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE')
  } catch (cause) {
    lock.close()
    throw new Error(
      `Another Stillwatch server already uses this data (${lockFile} is held). Stop it first, or set STILLWATCH_DATA_DIR.`,
      { cause },
    )
  }
  return () => {
    lock.exec('ROLLBACK')
    lock.close()
  }
}
