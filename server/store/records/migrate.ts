import type { DatabaseSync } from 'node:sqlite'
import { embeddedMetricsSchema } from '../metrics/embedded/schema.ts'
import { road001 } from './migrations/001-road.ts'
import { enrolledBefore002 } from './migrations/002-enrolled-before.ts'

/** In order; a step is never changed once it has been released. */
const steps: readonly string[] = [road001, embeddedMetricsSchema, enrolledBefore002]

/** Brings the file up to date, each step in a transaction of its own. A file from a newer program is refused, untouched. */
export function migrate(db: DatabaseSync): void {
  db.exec('CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID')
  const applied = schemaVersion(db)
  if (applied > steps.length) {
    throw new Error(
      `This data was written by a newer Stillwatch (schema ${applied}; this program knows ${steps.length}). Install that version, or restore an older backup.`,
    )
  }
  steps.slice(applied).forEach((sql, index) => {
    db.exec('BEGIN')
    db.exec(sql)
    db.prepare(
      "INSERT INTO meta (key, value) VALUES ('schema', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
    ).run(String(applied + index + 1))
    db.exec('COMMIT')
  })
}

function schemaVersion(db: DatabaseSync): number {
  const row = db.prepare("SELECT value FROM meta WHERE key = 'schema'").get()
  return row ? Number(row.value) : 0
}
