import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { inflateSync } from 'node:zlib'
import { answerBench, cpuMsOf } from './answer-bench.ts'

/** What has to be paid in any case: reading the JSON of a batch, and one INSERT of its bytes into a journal that is synced per group. */

interface Question {
  /** Bodies, each with its length in front as 32 bits. */
  file: string
  directory: string
  perGroup: number
}

answerBench<Question>(async ({ file, directory, perGroup }) => {
  const bodies = bodiesIn(readFileSync(file))
  const decodeMs = await cpuMsOf(() => {
    for (const body of bodies) JSON.parse((body[0] === 0x78 ? inflateSync(body) : body).toString('utf8'))
  })
  const db = new DatabaseSync(join(directory, `floor-${Date.now()}.db`))
  db.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE journal (id INTEGER PRIMARY KEY AUTOINCREMENT, gateway_id TEXT, kind TEXT, epoch INTEGER, seq INTEGER, received_at INTEGER, body BLOB) STRICT',
  )
  const insert = db.prepare(
    'INSERT INTO journal (gateway_id, kind, epoch, seq, received_at, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const insertMs = await cpuMsOf(() => {
    bodies.forEach((body, seq) => {
      if (seq % perGroup === 0) db.exec('BEGIN IMMEDIATE')
      insert.run('01a2074b-1dcb-7544-b426-f81059c38101', 'batch', 1, seq, Date.now(), body)
      if (seq % perGroup === perGroup - 1 || seq === bodies.length - 1) db.exec('COMMIT')
    })
  })
  db.close()
  return { decodeMs, insertMs }
})

function bodiesIn(bytes: Buffer): Buffer[] {
  const bodies: Buffer[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    bodies.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return bodies
}
