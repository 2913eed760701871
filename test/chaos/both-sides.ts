import { DatabaseSync } from 'node:sqlite'
import { inflateSync } from 'node:zlib'
import type { Batch } from '../../contract/road.ts'

/** What is on the two disks, read without asking the programs. */
function readRows(file: string, query: string): Record<string, unknown>[] {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return db.prepare(query).all()
  } finally {
    db.close()
  }
}

export interface StoredBatch {
  place: string
  body: string
}

const stored = (rows: Record<string, unknown>[]): StoredBatch[] =>
  rows.map((row) => ({
    place: `${row.epoch}/${row.seq}`,
    body: Buffer.from(row.body as Uint8Array).toString('base64'),
  }))

/** Every batch the gateway has committed and still keeps, in order. */
export const spooledBatches = (spoolFile: string): StoredBatch[] =>
  stored(readRows(spoolFile, 'SELECT epoch, seq, body FROM batch ORDER BY epoch, seq'))

/** Every batch the server has committed, in the order of its journal. */
export const journalledBatches = (recordsFile: string): StoredBatch[] =>
  stored(readRows(recordsFile, "SELECT epoch, seq, body FROM journal WHERE kind = 'batch' ORDER BY id"))

export const lastSpooled = (spoolFile: string): number =>
  Number(readRows(spoolFile, 'SELECT coalesce(max(seq), 0) AS seq FROM batch')[0]?.seq)

function read(batch: StoredBatch): Batch {
  const body = Buffer.from(batch.body, 'base64')
  return JSON.parse((body[0] === 0x78 ? inflateSync(body) : body).toString('utf8')) as Batch
}

/** Times of every sample, by `device metric`. */
export function sampleTimes(batches: readonly StoredBatch[]): Map<string, number[]> {
  const times = new Map<string, number[]>()
  for (const entry of batches.flatMap((batch) => read(batch).devices)) {
    for (const metric of Object.keys(entry.samples ?? {})) {
      const series = `${entry.id} ${metric}`
      times.set(series, [...(times.get(series) ?? []), entry.t])
    }
  }
  return times
}

/** One line for every event of a ticket, and one for every message that goes out: the same lines, each once. */
export const ticketEvents = (recordsFile: string): string[] =>
  readRows(recordsFile, 'SELECT ticket_id, at, kind, text FROM ticket_event ORDER BY ticket_id, seq').map(
    (row) => [row.ticket_id, row.at, row.kind, row.text].join(' '),
  )

export const notices = (recordsFile: string): string[] =>
  readRows(
    recordsFile,
    "SELECT subject_id, created_at, body FROM outgoing WHERE kind = 'notice' AND topic = 'ticket' ORDER BY subject_id, id",
  ).map((row) => {
    const { kind, text } = JSON.parse(String(row.body)) as { kind: string; text: string }
    return [row.subject_id, row.created_at, kind, text].join(' ')
  })

/** Devices that were ever held for silent. */
export const everSilent = (recordsFile: string): string[] =>
  readRows(recordsFile, "SELECT DISTINCT subject_id FROM condition WHERE code = 'silent'").map((row) =>
    String(row.subject_id),
  )

export const quarantined = (recordsFile: string): unknown[] =>
  readRows(recordsFile, 'SELECT * FROM quarantine')
