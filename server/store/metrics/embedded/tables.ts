import type { DatabaseSync } from 'node:sqlite'
import { MAX_CHUNK_SPAN_MS } from './seal.ts'

/** One series and its head as they are on disk. */
export interface SavedHead {
  series: number
  device: string
  metric: string
  upto: number
  opened_at: number
  first_at: number
  last_at: number
  last: number
  sealed_through: number | null
  blob: Uint8Array
}

export interface ChunkRow {
  series: number
  firstAt: number
  lastAt: number
  blob: Uint8Array
}

export interface HeadRow {
  series: number
  upto: number
  openedAt: number
  firstAt: number
  lastAt: number
  last: number
  sealedThrough: number | undefined
  blob: Uint8Array
}

/** The chunks of a series that touch [from, to). */
export interface ChunkRange {
  series: number
  from: number
  to: number
}

export interface StoredChunk {
  id: number
  blob: Uint8Array
}

export interface RolledChunk {
  id: number
  first_at: number
  last_at: number
  /** Null when the chunk's own samples are as quick to read. */
  rollup: Uint8Array | null
}

export type Tables = ReturnType<typeof openTables>
export type ReadTables = ReturnType<typeof openReadTables>

/** Everything the store writes; call it inside a job of the write queue only. */
export function openTables(db: DatabaseSync) {
  const addSeries = db.prepare('INSERT INTO series (device, metric) VALUES (?, ?)')
  const addChunk = db.prepare('INSERT INTO chunk (series, first_at, last_at, blob) VALUES (?, ?, ?, ?)')
  const addRollup = db.prepare('INSERT INTO rollup (chunk, blob) VALUES (?, ?)')
  const putHead = db.prepare(`INSERT OR REPLACE INTO head
    (series, upto, opened_at, first_at, last_at, last, sealed_through, blob) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`)
  const putCursor = db.prepare('UPDATE metric_cursor SET durable_through = ?')
  const putDropped = db.prepare('INSERT OR REPLACE INTO metric_dropped (device, upto) VALUES (?, ?)')
  const forgetDropped = db.prepare('DELETE FROM metric_dropped WHERE upto <= ?')
  return {
    addSeries: (device: string, metric: string): number =>
      Number(addSeries.run(device, metric).lastInsertRowid),
    /** Answers the chunk's id, higher than that of any chunk there is. */
    addChunk: ({ series, firstAt, lastAt, blob }: ChunkRow): number =>
      Number(addChunk.run(series, firstAt, lastAt, blob).lastInsertRowid),
    addRollup(chunk: number, blob: Uint8Array): void {
      addRollup.run(chunk, blob)
    },
    putHead(head: HeadRow): void {
      const { series, upto, openedAt, firstAt, lastAt, last, sealedThrough, blob } = head
      putHead.run(series, upto, openedAt, firstAt, lastAt, last, sealedThrough ?? null, blob)
    },
    putCursor(durableThrough: number): void {
      putCursor.run(durableThrough)
    },
    putDropped(device: string, upto: number): void {
      putDropped.run(device, upto)
    },
    /** Marks of drops whose journal rows will not be replayed any more. */
    forgetDropped(durableThrough: number): void {
      forgetDropped.run(durableThrough)
    },
    ...deletions(db),
  }
}

function deletions(db: DatabaseSync) {
  const seriesOf = db.prepare('SELECT id FROM series WHERE device = ?')
  const deleteHeads = db.prepare('DELETE FROM head WHERE series IN (SELECT id FROM series WHERE device = ?)')
  const deleteSeries = db.prepare('DELETE FROM series WHERE device = ?')
  const chunksBefore = db.prepare('SELECT id FROM chunk WHERE last_at < ? ORDER BY last_at LIMIT ?')
  const chunksOf = db.prepare('SELECT id FROM chunk WHERE series = ? LIMIT ?')
  const deleteChunk = db.prepare('DELETE FROM chunk WHERE id = ?')
  const deleteRollup = db.prepare('DELETE FROM rollup WHERE chunk = ?')
  const deleteChunks = (rows: readonly unknown[]): number => {
    for (const { id } of rows as { id: number }[]) {
      deleteChunk.run(id)
      deleteRollup.run(id)
    }
    return rows.length
  }
  return {
    /** Deletes a device's series and heads; answers the ids whose chunks are left. */
    deleteDevice(device: string): number[] {
      const ids = (seriesOf.all(device) as { id: number }[]).map((row) => row.id)
      deleteHeads.run(device)
      deleteSeries.run(device)
      return ids
    },
    /** Deletes at most `limit` chunks, with their roll-ups; answers how many. */
    deleteChunksBefore: (at: number, limit: number): number => deleteChunks(chunksBefore.all(at, limit)),
    deleteChunksOf: (series: number, limit: number): number => deleteChunks(chunksOf.all(series, limit)),
  }
}

/** Everything the store reads when it opens. */
export const loadTables = (db: DatabaseSync) => ({
  heads: db
    .prepare('SELECT * FROM head JOIN series ON series.id = head.series')
    .all() as unknown as SavedHead[],
  durableThrough: Number(db.prepare('SELECT durable_through FROM metric_cursor').get()?.durable_through),
  dropped: db.prepare('SELECT device, upto FROM metric_dropped').all() as unknown as {
    device: string
    upto: number
  }[],
})

/** Everything a read needs; works on any connection that sees committed data. */
export function openReadTables(db: DatabaseSync) {
  const where = `series = ? AND first_at > ? AND first_at < ? AND last_at >= ?`
  const chunks = db.prepare(`SELECT id, blob FROM chunk WHERE ${where} ORDER BY id`)
  const rolled = db.prepare(`SELECT id, first_at, last_at, rollup.blob AS rollup
    FROM chunk LEFT JOIN rollup ON rollup.chunk = chunk.id WHERE ${where} ORDER BY first_at`)
  const chunk = db.prepare('SELECT id, blob FROM chunk WHERE id = ?')
  const bound = ({ series, from, to }: ChunkRange) => [series, from - MAX_CHUNK_SPAN_MS, to, from] as const
  return {
    /** In the order of their ids: the later chunk last. */
    chunks: (range: ChunkRange): StoredChunk[] => chunks.all(...bound(range)) as unknown as StoredChunk[],
    /** By time, without the samples. */
    rolledChunks: (range: ChunkRange): RolledChunk[] =>
      rolled.all(...bound(range)) as unknown as RolledChunk[],
    chunk: (id: number): StoredChunk | undefined => chunk.get(id) as unknown as StoredChunk | undefined,
  }
}
