import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Hello, WIRE_VERSION } from '../../../contract/road.ts'
import { continuesChain, judgeHello, judgeSeq, type Standing } from '../../../server/ingest/numbering.ts'
import { propertyParameters } from '../../suites/counts.ts'

const standing = (patch: Partial<Standing> = {}): Standing => ({
  ...{ epoch: 2, lastApplied: 10, lastHash: 'aaaa', fenced: false },
  ...patch,
})
const hello = (patch: Partial<Hello> = {}): Hello => ({
  ...{ v: WIRE_VERSION, epoch: 2, oldest: 5, newest: 12, nonce: 'nonce-nonce', software: 'test' },
  configVersion: { generation: 1, version: 1 },
  ...patch,
})

const table: [string, Partial<Standing>, Partial<Hello>, Record<string, unknown>][] = [
  [
    'a spool that goes on is taken from where we stand',
    {},
    {},
    { is: 'accepted', lastApplied: 10, gap: null },
  ],
  ['an older epoch was superseded', {}, { epoch: 1 }, { is: 'refused', code: 'superseded' }],
  [
    'a newer epoch means that we were restored',
    {},
    { epoch: 3, oldest: 1 },
    { is: 'accepted', epoch: 3, lastApplied: 0 },
  ],
  [
    'what was dropped is a gap',
    {},
    { oldest: 14, newest: 20 },
    { is: 'accepted', gap: { from: 11, to: 13 } },
  ],
  [
    'an empty spool after everything was dropped is a gap',
    {},
    { oldest: 13, newest: 12 },
    { gap: { from: 11, to: 12 } },
  ],
  [
    'a spool behind us is a copy',
    {},
    { newest: 9 },
    { code: 'gateway_cloned', fence: { key: 'evidence.cloned_behind' } },
  ],
  [
    'another batch with our number is a copy',
    {},
    { newest: 10, newestHash: 'bbbb' },
    { code: 'gateway_cloned' },
  ],
  ['our own last batch is no copy', {}, { newest: 10, newestHash: 'aaaa' }, { is: 'accepted' }],
  ['a fenced gateway waits for a person', { fenced: true }, {}, { is: 'refused', code: 'gateway_cloned' }],
  ['another wire version is refused with a sentence', {}, { v: 99 }, { is: 'refused', code: 'wire_version' }],
  [
    'an epoch just granted is offered',
    { epoch: 3, lastApplied: 0 },
    { epoch: 2 },
    { code: 'superseded', epoch: 3 },
  ],
  [
    'a gateway that never wrote anything begins',
    { lastApplied: 0, lastHash: null },
    { oldest: 0, newest: 0 },
    { gap: null },
  ],
]

test.each(table)('%s', (_, ours, theirs, verdict) => {
  expect(judgeHello(standing(ours), hello(theirs))).toMatchObject(verdict)
})

test('an epoch in use is not offered to a machine that was replaced', () => {
  expect(judgeHello(standing({ epoch: 3 }), hello({ epoch: 2 }))).not.toHaveProperty('epoch')
})

interface Disk {
  seq: number
  batches: { seq: number; content: string; prev?: string; hash: string }[]
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16)

function write(disk: Disk, content: string): void {
  const seq = disk.seq + 1
  const prev = disk.batches.at(-1)?.hash
  disk.seq = seq
  disk.batches.push({ seq, content, hash: hashOf(`${seq}${content}${prev}`), ...(prev && { prev }) })
}

class Applied {
  standing: Standing = { epoch: 1, lastApplied: 0, lastHash: null, fenced: false }
  readonly contents: string[] = []
  gaps = 0

  /** One session: a greeting, then batches from where the server stands, some of them twice, some out of order. */
  session(disk: Disk, oldest: number, order: readonly number[]): void {
    const { seq } = disk
    const newestHash = disk.batches.at(-1)?.hash
    const greeting = hello({
      epoch: 1,
      oldest: seq ? oldest : 0,
      newest: seq,
      ...(newestHash && { newestHash }),
    })
    const verdict = judgeHello(this.standing, greeting)
    if (verdict.is === 'refused') {
      this.standing.fenced ||= verdict.fence !== undefined
      return
    }
    if (verdict.gap) this.gaps += verdict.gap.to - verdict.gap.from + 1
    Object.assign(this.standing, { lastApplied: verdict.lastApplied, lastHash: verdict.lastHash })
    for (const jump of order)
      this.#offer(disk.batches.find((row) => row.seq === this.standing.lastApplied + jump))
  }

  #offer(batch: Disk['batches'][number] | undefined): void {
    if (!batch || this.standing.fenced || judgeSeq(this.standing, 1, batch.seq).is !== 'next') return
    if (!continuesChain(this.standing, batch.prev)) {
      this.standing.fenced = true
      return
    }
    Object.assign(this.standing, { lastApplied: batch.seq, lastHash: batch.hash })
    this.contents.push(batch.content)
  }
}

const orders = fc.array(fc.constantFrom(1, 1, 1, 0, 2, -1, 3), { maxLength: 12 })

test('an honest gateway is never fenced, and each of its batches is applied once, in order, or is in a recorded gap', () => {
  const steps = fc.array(fc.record({ written: fc.nat(4), dropped: fc.nat(3), order: orders }), {
    maxLength: 12,
  })
  fc.assert(
    fc.property(steps, (lives) => {
      const disk: Disk = { seq: 0, batches: [] }
      const server = new Applied()
      let dropped = 0
      for (const life of lives) {
        for (let n = 0; n < life.written; n += 1) write(disk, `batch ${disk.seq + 1}`)
        dropped = Math.min(disk.seq, Math.max(dropped, server.standing.lastApplied + life.dropped - 2))
        server.session(disk, dropped + 1, life.order)
      }
      expect(server.standing.fenced).toBe(false)
      const numbers = server.contents.map((content) => Number(content.slice(6)))
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
      expect(numbers.length + server.gaps).toBe(server.standing.lastApplied)
    }),
    propertyParameters(),
  )
})

test('of two machines with the same disk, once both have written, one is never applied after the other', () => {
  const steps = fc.array(fc.record({ machine: fc.nat(1), written: fc.nat(3), order: orders }), {
    maxLength: 14,
  })
  fc.assert(
    fc.property(fc.nat(5), steps, (shared, lives) => {
      const first: Disk = { seq: 0, batches: [] }
      for (let n = 0; n < shared; n += 1) write(first, 'shared')
      const machines = [first, { seq: first.seq, batches: [...first.batches] }]
      const server = new Applied()
      for (const { machine, written, order } of lives) {
        const disk = machines[machine] as Disk
        for (let n = 0; n < written; n += 1) write(disk, `machine ${machine}`)
        server.session(disk, Math.min(1, disk.seq), order)
      }
      expect(new Set(server.contents.filter((content) => content !== 'shared')).size).toBeLessThanOrEqual(1)
    }),
    propertyParameters(),
  )
})
