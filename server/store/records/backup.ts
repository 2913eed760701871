import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { backup, DatabaseSync, type DatabaseSyncOptions } from 'node:sqlite'
import { lastJournalRow } from './fleet-rows.ts'
import { migrate } from './migrate.ts'
import { holdExclusively } from './records.ts'

const PAGES_PER_STEP = 10_000
/** So that a number somebody was told before the restore never names another ticket after it. */
const SKIPPED_TICKET_NUMBERS = 1_000

/** Written into the copy, so that a restore knows it for one. */
export interface Manifest {
  /** UTC ms. */
  madeAt: number
  /** Of the program that made it. */
  version: string
}

/**
 * Copies the records, consistent as of one moment, also while a server writes to them. The secret file is not part of it.
 * Throws with a sentence, leaving nothing behind, when there is nothing to copy or something in the way.
 */
export async function backupRecords(recordsFile: string, target: string, manifest: Manifest): Promise<void> {
  if (!existsSync(recordsFile)) throw new Error(`There is nothing to back up: ${recordsFile} does not exist.`)
  if (existsSync(target)) throw new Error(`${target} exists already. Name another file, or remove it first.`)
  const partial = `${target}.partial`
  rmSync(partial, { force: true })
  const source = new DatabaseSync(recordsFile, { readOnly: true })
  try {
    // An open read transaction holds one view of the data, however much is written meanwhile and however long the copying takes.
    source.exec('BEGIN; SELECT count(*) FROM sqlite_schema')
    await backup(source, partial, { rate: PAGES_PER_STEP })
    signCopy(partial, manifest)
    chmodSync(partial, 0o600)
    renameDurably(partial, target)
  } finally {
    source.close()
    rmSync(partial, { force: true })
  }
}

function signCopy(file: string, manifest: Manifest): void {
  withDatabase(file, (db) => {
    // One file without companions can be carried about.
    db.exec('PRAGMA journal_mode = DELETE')
    refuseDamaged(db, file)
    setMeta(db, 'backup', JSON.stringify(manifest))
  })
}

export interface Restored {
  manifest: Manifest
  /** Where the data that was there before is now; null when there was none. */
  asideFile: string | null
}

/**
 * Puts a backup in the place of the records. Refuses with a sentence, changing nothing, while a server holds the data, and when the
 * file is damaged, not a backup, or from a newer program. What was there is kept aside.
 */
export async function restoreRecords(
  backupFile: string,
  recordsFile: string,
  now: number,
): Promise<Restored> {
  if (!existsSync(backupFile)) throw new Error(`${backupFile} does not exist.`)
  mkdirSync(dirname(recordsFile), { recursive: true })
  const release = holdExclusively(`${recordsFile}.lock`)
  const prepared = `${recordsFile}.restoring`
  try {
    await copyFile(backupFile, prepared)
    const manifest = prepare(prepared, backupFile, recordsFile, now)
    return { manifest, asideFile: swapIn(prepared, recordsFile, now) }
  } finally {
    rmSync(prepared, { force: true })
    release()
  }
}

interface Counters {
  generation: number
  ticketNumber: number
}

/** Of the data that is replaced: it may have gone further than the backup, or have been restored from the same one before. */
function countersOf(recordsFile: string): Counters {
  if (!existsSync(recordsFile)) return { generation: 0, ticketNumber: 0 }
  try {
    return withDatabase(recordsFile, readCounters, { readOnly: true })
  } catch {
    // Damaged data is a reason to restore, not one to refuse it.
    return { generation: 0, ticketNumber: 0 }
  }
}

const readCounters = (db: DatabaseSync): Counters => ({
  generation: Number(getMeta(db, 'generation') ?? 0),
  ticketNumber: Number(getMeta(db, 'ticket_number') ?? 0),
})

/** Makes of the copy what a server may start on. The data it replaces is not even opened before the copy has proved good. */
function prepare(file: string, shownAs: string, recordsFile: string, now: number): Manifest {
  return withDatabase(file, (db) => {
    const manifest = manifestOf(db, shownAs)
    refuseDamaged(db, shownAs)
    migrate(db)
    const own = readCounters(db)
    const replaced = countersOf(recordsFile)
    db.exec('BEGIN')
    endGeneration(db, own.generation)
    // Device lists made since the backup must not be taken for the ones made from here on.
    setMeta(db, 'generation', String(Math.max(own.generation, replaced.generation) + 1))
    const highest = Math.max(own.ticketNumber, replaced.ticketNumber)
    setMeta(db, 'ticket_number', String(highest + SKIPPED_TICKET_NUMBERS))
    db.prepare(
      "UPDATE gateway SET link = 'lost', link_since = ? WHERE link IN ('connected', 'catching_up', 'lost')",
    ).run(now)
    // Sessions ended and codes used since the backup must not come back to life.
    db.exec("DELETE FROM session; DELETE FROM enrolment_code; DELETE FROM meta WHERE key = 'backup'; COMMIT")
    return manifest
  })
}

/** What was journalled until now was judged under the lists of its time, and so it is when it is replayed. */
export function endGeneration(db: DatabaseSync, generation: number): void {
  const past = JSON.parse(getMeta(db, 'past_generations') ?? '[]')
  const throughVersion = Number(getMeta(db, 'config_version') ?? 0)
  past.push({ generation, throughRow: lastJournalRow(db), throughVersion })
  setMeta(db, 'past_generations', JSON.stringify(past))
}

function manifestOf(db: DatabaseSync, shownAs: string): Manifest {
  try {
    const text = getMeta(db, 'backup')
    if (text !== undefined) return JSON.parse(text) as Manifest
  } catch {
    // Not a database, or not one of ours.
  }
  throw new Error(`${shownAs} is not a Stillwatch backup.`)
}

function refuseDamaged(db: DatabaseSync, shownAs: string): void {
  const [first] = db.prepare('PRAGMA integrity_check(1)').all()
  const found = first && Object.values(first)[0]
  if (found !== 'ok') throw new Error(`${shownAs} is damaged: ${String(found)}`)
}

/** At no moment is there no file under the name of the records: a server started then would begin anew. */
function swapIn(prepared: string, recordsFile: string, now: number): string | null {
  if (!existsSync(recordsFile)) {
    renameDurably(prepared, recordsFile)
    return null
  }
  const stamp = new Date(now).toISOString().replace(/[:.]/g, '-')
  const aside = `${recordsFile}.before-restore-${stamp}`
  linkSync(recordsFile, aside)
  // Left by a server that did not end properly, they belong to the old file and would spoil the new one.
  for (const companion of ['-wal', '-shm']) {
    if (existsSync(recordsFile + companion)) renameSync(recordsFile + companion, aside + companion)
  }
  renameDurably(prepared, recordsFile)
  return aside
}

function renameDurably(from: string, to: string): void {
  sync(from)
  renameSync(from, to)
  sync(dirname(to))
}

function sync(path: string): void {
  const handle = openSync(path, 'r')
  fsyncSync(handle)
  closeSync(handle)
}

function withDatabase<T>(file: string, use: (db: DatabaseSync) => T, options: DatabaseSyncOptions = {}): T {
  const db = new DatabaseSync(file, options)
  try {
    return use(db)
  } finally {
    db.close()
  }
}

function getMeta(db: DatabaseSync, key: string): string | undefined {
  const row = db.prepare('SELECT value FROM meta WHERE key = ?').get(key)
  return row === undefined ? undefined : String(row.value)
}

function setMeta(db: DatabaseSync, key: string, value: string): void {
  db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, value)
}
