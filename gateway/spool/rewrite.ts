import type { DatabaseSync } from 'node:sqlite'
import { frameHash } from '../uplink/frames.ts'
import type { Replace } from './place.ts'

/** Where numbering goes on after a rewrite. */
export interface Chain {
  epoch: number
  newest: number
  hash: string
}

/**
 * Gives every batch above `acked` new contents and the hash chain that follows from them; with a new epoch also new numbers from 1.
 * Runs inside the caller's transaction. A new number is never above the old one and rows are taken in order, so none is overwritten.
 */
export function rewriteRows(
  db: DatabaseSync,
  before: Chain & { acked: number },
  newEpoch: number | undefined,
  replace: Replace,
): Chain {
  const renumbered = newEpoch !== undefined
  const epoch = newEpoch ?? before.epoch
  const chain = renumbered
    ? { epoch, newest: 0, hash: '' }
    : { epoch, newest: before.acked, hash: hashAt(db, before.acked) }
  if (renumbered) db.prepare('DELETE FROM batch WHERE seq <= ?').run(before.acked)
  const next = db.prepare('SELECT seq, body FROM batch WHERE seq > ? ORDER BY seq LIMIT 1')
  const update = db.prepare('UPDATE batch SET seq = ?, epoch = ?, body = ? WHERE seq = ?')
  let cursor = before.acked
  for (let row = next.get(cursor); row; row = next.get(cursor)) {
    cursor = Number(row.seq)
    const seq = renumbered ? chain.newest + 1 : cursor
    const body = replace(row.body as Uint8Array, { epoch, seq, ...(chain.hash && { prev: chain.hash }) })
    update.run(seq, epoch, body, cursor)
    chain.newest = seq
    chain.hash = frameHash(body)
  }
  return cursor === before.acked && !renumbered ? { epoch, newest: before.newest, hash: before.hash } : chain
}

function hashAt(db: DatabaseSync, seq: number): string {
  const row = db.prepare('SELECT body FROM batch WHERE seq = ?').get(seq)
  return row?.body instanceof Uint8Array ? frameHash(row.body) : ''
}
