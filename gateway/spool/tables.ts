import { renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'

const schema = `
  CREATE TABLE IF NOT EXISTS batch (
    seq INTEGER PRIMARY KEY,
    epoch INTEGER NOT NULL,
    at INTEGER NOT NULL,
    body BLOB NOT NULL,
    acked_at INTEGER
  ) STRICT;
  CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
`

/** SQLite's own error numbers (sqlite.org/rescode.html). */
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

const codeOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : undefined

export const isFull = (error: unknown): boolean => codeOf(error) === SQLITE_FULL
const isUnreadable = (error: unknown): boolean => [SQLITE_CORRUPT, SQLITE_NOTADB].includes(codeOf(error) ?? 0)

function openFile(path: string): DatabaseSync {
  const db = new DatabaseSync(path)
  try {
    db.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON')
    db.exec(schema)
    db.prepare('SELECT max(seq), sum(length(body)) FROM batch').get()
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/**
 * Opens the spool file. One that cannot be read is moved aside, never deleted, and a fresh one takes its place: a gateway that
 * cannot remember must still watch.
 */
export function openSpoolFile(path: string, now: number): { db: DatabaseSync; movedTo?: string } {
  try {
    return { db: openFile(path) }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    const movedTo = `${path}.unreadable-${now}`
    renameSync(path, movedTo)
    for (const suffix of ['-wal', '-shm']) rmSync(path + suffix, { force: true })
    return { db: openFile(path), movedTo }
  }
}
