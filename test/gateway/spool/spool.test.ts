import { copyFileSync, existsSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { DAY_MS } from '../../../contract/time.ts'
import type { Place } from '../../../gateway/spool/place.ts'
import { Spool, type SpoolOptions } from '../../../gateway/spool/spool.ts'
import { decodeFrame, encodeFrame, frameHash } from '../../../gateway/uplink/frames.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { propertyParameters } from '../../suites/counts.ts'

const open = (path: string, options: Partial<SpoolOptions> = {}) =>
  new Spool({ path, epoch: 1, now: 0, ...options })

function openTemporary(options: Partial<SpoolOptions> = {}) {
  const path = join(temporaryDirectory(), 'spool.db')
  const spool = open(path, options)
  onTestFinished(() => spool.close())
  return { spool, path }
}

const write = (spool: Spool, filling = '', at = 1_000) =>
  spool.append(at, { span: 1, through: at }, (place) => encodeFrame({ ...place, filling }))

interface Body extends Place {
  filling: string
}

function contents(spool: Spool): { seq: number; body: Uint8Array; message: Body }[] {
  const rows = []
  for (let row = spool.from(1); row; row = spool.from(row.seq + 1))
    rows.push({ ...row, message: decodeFrame(row.body) as Body })
  return rows
}

/** Numbers without a hole, and each batch knows the one before it. */
function expectChain(spool: Spool): void {
  const rows = contents(spool)
  for (const [index, row] of rows.entries()) {
    expect(row.message).toMatchObject({ epoch: spool.epoch, seq: row.seq })
    const before = rows[index - 1]
    if (!before) continue
    expect(row.seq).toBe(before.seq + 1)
    expect(row.message.prev).toBe(frameHash(before.body))
  }
}

test('numbers go on after everything was acknowledged, trimmed and the file opened again', () => {
  const path = join(temporaryDirectory(), 'spool.db')
  const spool = open(path)
  expect(spool.oldest).toBe(0)
  for (let i = 0; i < 5; i += 1) write(spool)
  const hash = spool.newestHash
  spool.ack(5)
  spool.trim(2_000)
  expect(spool.depth).toBe(0)
  expect(contents(spool)).toHaveLength(5)
  spool.trim(2_000 + DAY_MS)
  expect(contents(spool)).toHaveLength(0)
  expect(spool.bytes).toBe(0)
  expect(spool.oldest).toBe(6)
  spool.close()

  const again = open(path)
  expect(again.acked).toBe(5)
  write(again)
  expect(contents(again)[0]?.message).toMatchObject({ seq: 6, prev: hash })
  again.close()
})

test('a full spool drops what was acknowledged before anything that was not', () => {
  const { spool } = openTemporary({ capBytes: 40_000 })
  for (let i = 0; i < 150; i += 1) write(spool, 'x'.repeat(100))
  spool.ack(120)
  let dropped = 0
  while (spool.oldest === 1) dropped += write(spool, 'x'.repeat(100)).dropped
  expect(dropped).toBe(0)
  while (spool.oldest <= 121) dropped += write(spool, 'x'.repeat(100)).dropped
  expect(dropped).toBeGreaterThan(0)
  expect(spool.dropped).toBe(dropped)
  expectChain(spool)
})

test('the batch after a spool that was dropped whole carries no hash of a batch the server never saw', () => {
  const { spool } = openTemporary({ capBytes: 0 })
  write(spool, 'a')
  write(spool, 'b')
  expect(contents(spool).map((row) => row.message.prev)).toEqual([undefined])
  expect(contents(spool)[0]?.seq).toBe(2)
})

test('a full disk costs the oldest batches and never the process', () => {
  const { spool } = openTemporary({ maxPages: 20 })
  const filling = Array.from({ length: 100 }, (_, i) => String.fromCharCode(33 + ((i * 37) % 90))).join('')
  let dropped = 0
  for (let i = 0; i < 400; i += 1) {
    const appended = write(spool, `${i}${filling}`)
    dropped += appended.dropped
    expect(appended.stored).toBe(true)
  }
  expect(dropped).toBeGreaterThan(0)
  expect(spool.newest).toBe(400)
  expect(spool.from(400)).toBeDefined()
  expectChain(spool)
})

test('a batch that finds no room even so takes no number', () => {
  const { spool } = openTemporary({ maxPages: 12 })
  const big = Array.from({ length: 90_000 }, () => Math.random().toString(36)[3] ?? 'x').join('')
  expect(write(spool, 'small').stored).toBe(true)
  expect(write(spool, big)).toMatchObject({ stored: false, dropped: 1 })
  expect(spool.newest).toBe(1)
  expect(write(spool, 'small')).toMatchObject({ stored: true, seq: 2 })
})

test('a file that cannot be read is kept aside and a fresh one takes its place', () => {
  const path = join(temporaryDirectory(), 'spool.db')
  writeFileSync(path, 'this was a database once'.repeat(100))
  const spool = open(path, { epoch: 7, now: 42 })
  expect(spool.movedTo).toBe(`${path}.unreadable-42`)
  expect(existsSync(spool.movedTo ?? '')).toBe(true)
  expect(spool.epoch).toBe(7)
  expect(write(spool)).toMatchObject({ seq: 1, stored: true })
  spool.close()
})

test('after the server was restored, what it lost is unacknowledged again', () => {
  const { spool } = openTemporary()
  for (let i = 0; i < 4; i += 1) write(spool)
  spool.ack(4)
  spool.trim(5_000)
  spool.rewind(1, 5_000)
  spool.trim(5_000 + 2 * DAY_MS)
  expect(spool.depth).toBe(3)
  expect(spool.oldest).toBe(2)
})

test('a new epoch numbers the unacknowledged batches from one and chains them again', () => {
  fc.assert(
    fc.property(fc.nat(15), fc.nat(15), fc.nat(3), (count, acked, after) => {
      const directory = mkdtempSync(join(tmpdir(), 'stillwatch-test-'))
      const spool = open(join(directory, 'spool.db'))
      try {
        for (let i = 1; i <= count; i += 1) write(spool, `number ${i}`)
        spool.ack(Math.min(acked, count))
        spool.renumber(9, (body, place) => {
          const { filling } = decodeFrame(body) as Body
          return encodeFrame({ ...place, filling })
        })
        for (let i = 0; i < after; i += 1) write(spool, 'after')
        const left = Math.max(0, count - acked)
        expect(spool.epoch).toBe(9)
        expect(spool.newest).toBe(left + after)
        const fillings = contents(spool).map((row) => row.message.filling)
        const expected = Array.from({ length: left }, (_, i) => `number ${Math.min(acked, count) + i + 1}`)
        expect(fillings).toEqual([...expected, ...Array.from({ length: after }, () => 'after')])
        expect(contents(spool)[0]?.message.prev).toBeUndefined()
        expectChain(spool)
      } finally {
        spool.close()
        rmSync(directory, { recursive: true })
      }
    }),
    propertyParameters(0.1),
  )
})

test('rewriting in place keeps the numbers and chains on to what was acknowledged', () => {
  const { spool } = openTemporary()
  for (let i = 1; i <= 5; i += 1) write(spool, `number ${i}`)
  spool.ack(2)
  spool.replaceUnacked((body, place) => {
    const { filling } = decodeFrame(body) as Body
    return encodeFrame({ ...place, filling: `${filling} again` })
  })
  expect(contents(spool).map((row) => row.message.filling)).toEqual([
    'number 1',
    'number 2',
    'number 3 again',
    'number 4 again',
    'number 5 again',
  ])
  write(spool, 'after')
  expectChain(spool)
})

test('after a crash at any point the file holds exactly what was committed, or a prefix when its log was cut', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ write: fc.nat(3_000) }) },
    { weight: 2, arbitrary: fc.record({ ack: fc.nat(30) }) },
    { weight: 1, arbitrary: fc.constant({ trim: true as const }) },
  )
  const steps = fc.array(step, { maxLength: 30 })
  fc.assert(
    fc.property(steps, fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean(), (script, cut, torn) => {
      const directory = mkdtempSync(join(tmpdir(), 'stillwatch-test-'))
      const path = join(directory, 'spool.db')
      const spool = open(path)
      try {
        for (const each of script) {
          if ('write' in each) write(spool, 'y'.repeat(each.write))
          else if ('ack' in each) spool.ack(each.ack)
          else spool.trim(10)
        }
        const bodies = contents(spool).map((row) => frameHash(row.body))
        const copy = join(directory, 'copy.db')
        copyFileSync(path, copy)
        copyFileSync(`${path}-wal`, `${copy}-wal`)
        if (torn) truncateSync(`${copy}-wal`, Math.floor(cut * 20_000))
        const survivor = open(copy)
        const survived = contents(survivor).map((row) => frameHash(row.body))
        expect(survived).toEqual(bodies.slice(0, survived.length))
        if (!torn) expect(survived).toEqual(bodies)
        expect(survivor.newest).toBe(survived.length)
        write(survivor)
        expectChain(survivor)
        survivor.close()
      } finally {
        spool.close()
        rmSync(directory, { recursive: true })
      }
    }),
    propertyParameters(0.1),
  )
})
