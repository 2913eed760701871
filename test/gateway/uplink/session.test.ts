import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Batch, Hello } from '../../../contract/road.ts'
import { type DownLeaf, parseUpTopic } from '../../../contract/topics.ts'
import { renumber } from '../../../gateway/spool/renumber.ts'
import { settle } from '../../../gateway/spool/settle.ts'
import { Spool } from '../../../gateway/spool/spool.ts'
import { decodeFrame, encodeFrame, frameHash } from '../../../gateway/uplink/frames.ts'
import { Session } from '../../../gateway/uplink/session.ts'
import { continuesChain, judgeHello, judgeSeq, type Standing } from '../../../server/ingest/numbering.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { propertyParameters } from '../../suites/counts.ts'
import { silentLog } from '../site.ts'

type Step =
  | { write: number }
  | { deliver: number }
  | { pass: number }
  | { cut: true }
  | { lose: true }
  | { restartGateway: true }
  | { restoreServer: number }
  | { enrolAgain: true }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ write: fc.integer({ min: 1, max: 5 }) }) },
  { weight: 6, arbitrary: fc.record({ deliver: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 3, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 70_000 }) }) },
  { weight: 2, arbitrary: fc.constant({ cut: true as const }) },
  { weight: 2, arbitrary: fc.constant({ lose: true as const }) },
  { weight: 1, arbitrary: fc.constant({ restartGateway: true as const }) },
  { weight: 1, arbitrary: fc.record({ restoreServer: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.constant({ enrolAgain: true as const }) },
)

interface Applied {
  epoch: number
  seq: number
  hash: string
  label: number
}

/** The server's own rules of numbering over a log in memory, and a line that can be cut and can lose what is on it. */
class Road {
  readonly clock = new FakeClock()
  standing: Standing = { epoch: 1, lastApplied: 0, lastHash: null, fenced: false }
  log: Applied[] = []
  wrong: string[] = []
  written = 0
  spool: Spool
  session: Session
  readonly #path: string
  #up: { topic: string; body: Uint8Array }[] = []
  #down: { leaf: DownLeaf; message: object }[] = []

  constructor(directory: string) {
    this.#path = join(directory, 'spool.db')
    this.spool = new Spool({ path: this.#path, epoch: 1, now: 0 })
    this.session = this.#open()
    this.session.opened()
  }

  async take(each: Step): Promise<void> {
    if ('write' in each) for (let i = 0; i < each.write; i += 1) this.#write()
    if ('deliver' in each) for (let i = 0; i < each.deliver; i += 1) this.#deliver()
    if ('pass' in each) await this.clock.advance(each.pass)
    if ('lose' in each) this.#up.shift()
    if ('cut' in each) this.#reconnect(() => undefined)
    if ('restartGateway' in each)
      this.#reconnect(() => {
        this.spool.close()
        this.spool = new Spool({ path: this.#path, epoch: 1, now: 0 })
        this.session = this.#open()
      })
    if ('restoreServer' in each) this.#reconnect(() => this.#restore(each.restoreServer))
    if ('enrolAgain' in each) this.#reconnect(() => this.#enrolAgain())
  }

  /** Everything works from now on; resolves when nothing is left to say. */
  async heal(): Promise<void> {
    for (let round = 0; round < 200; round += 1) {
      for (let i = 0; i < 500 && this.#up.length + this.#down.length > 0; i += 1) this.#deliver()
      if (this.spool.depth === 0 && this.session.allSent) return
      await this.clock.advance(1_000)
    }
  }

  close(): void {
    this.session.stop()
    this.spool.close()
  }

  #open(): Session {
    const { clock } = this
    return new Session({
      clock,
      log: silentLog,
      gatewayId: 'gateway-1',
      software: 'test',
      spool: this.spool,
      wire: { writable: true, publish: (topic, body) => void this.#up.push({ topic, body }) },
      configVersion: () => ({ generation: 1, version: 1 }),
      serverTime: () => undefined,
      adopt: (epoch) => this.spool.renumber(epoch, renumber('gateway-1')),
      config: () => undefined,
      ask: async ({ askId, deviceId }) => ({ askId, deviceId, checks: [] }),
      batchesRefused: () => undefined,
      allSent: () => undefined,
    })
  }

  #write(): void {
    this.written += 1
    const label = this.written
    this.spool.append(label, { span: 1, through: label }, (place) =>
      encodeFrame({ gatewayId: 'gateway-1', ...place, devices: [{ id: 'device', t: label }] }),
    )
    this.session.pump()
  }

  #reconnect(meanwhile: () => void): void {
    this.session.closed()
    this.#up = []
    this.#down = []
    meanwhile()
    this.session.opened()
  }

  #enrolAgain(): void {
    const { epoch, lastApplied: through, lastHash: hash } = this.standing
    this.standing = { epoch: epoch + 1, lastApplied: 0, lastHash: null, fenced: false }
    settle(this.spool, { epoch, through, ...(hash !== null && { hash }) }, 0)
    this.spool.renumber(epoch + 1, renumber('gateway-1'))
  }

  /** An older state of the same server: what was applied later is forgotten. */
  #restore(share: number): void {
    const kept = this.log.slice(0, Math.floor(this.log.length * share))
    const last = kept.at(-1)
    // Only what lies in the epoch that still runs can come back: an older one was renumbered away.
    if (last && last.epoch !== this.standing.epoch) return
    if (!last && this.log.some((one) => one.epoch !== this.standing.epoch)) return
    this.log = kept
    this.standing = { ...this.standing, lastApplied: last?.seq ?? 0, lastHash: last?.hash ?? null }
  }

  #deliver(): void {
    const down = this.#down.shift()
    if (down) return this.session.received(down.leaf, encodeFrame(down.message))
    const up = this.#up.shift()
    if (!up) return
    const topic = parseUpTopic('gateway-1', up.topic)
    if (topic?.leaf === 'hello') this.#hello(decodeFrame(up.body) as Hello)
    if (topic?.leaf === 'batch') this.#batch(topic.epoch, topic.seq, up.body)
  }

  #hello(hello: Hello): void {
    const verdict = judgeHello(this.standing, hello)
    if (verdict.is === 'refused') return void this.#down.push({ leaf: 'refused', message: verdict })
    if (verdict.gap) this.wrong.push(`gap ${verdict.gap.from}..${verdict.gap.to}`)
    const { epoch, lastApplied, lastHash } = verdict
    this.standing = { epoch, lastApplied, lastHash, fenced: false }
    const message = { v: 1, nonce: hello.nonce, epoch, lastApplied, generation: 1, now: this.clock.now() }
    this.#down.push({ leaf: 'welcome', message })
  }

  #batch(epoch: number, seq: number, body: Uint8Array): void {
    const verdict = judgeSeq(this.standing, epoch, seq)
    if (verdict.is === 'foreign_epoch') return
    const batch = decodeFrame(body) as Batch
    if (batch.seq !== seq || batch.epoch !== epoch)
      this.wrong.push(`topic and body of ${epoch}/${seq} differ`)
    if (verdict.is === 'next') {
      if (!continuesChain(this.standing, batch.prev))
        this.wrong.push(`batch ${epoch}/${seq} breaks the chain`)
      this.standing = { ...this.standing, lastApplied: seq, lastHash: frameHash(body) }
      this.log.push({ epoch, seq, hash: frameHash(body), label: batch.devices[0]?.t ?? 0 })
    }
    const expect = verdict.is === 'early' ? { expect: verdict.expect } : {}
    const { lastApplied: through } = this.standing
    this.#down.push({ leaf: 'ack', message: { epoch, through, now: this.clock.now(), ...expect } })
  }
}

test('whatever is cut, lost, restarted, restored or enrolled anew, the server has every batch once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
      const directory = mkdtempSync(join(tmpdir(), 'stillwatch-test-'))
      const road = new Road(directory)
      try {
        for (const each of steps) await road.take(each)
        await road.heal()
        expect(road.wrong).toEqual([])
        expect(road.spool.depth).toBe(0)
        const labels = road.log.map((one) => one.label)
        expect(labels).toEqual(Array.from({ length: road.written }, (_, i) => i + 1))
        for (const epoch of new Set(road.log.map((one) => one.epoch))) {
          const own = road.log.filter((one) => one.epoch === epoch)
          expect(own.map((one) => one.seq)).toEqual(own.map((_, i) => i + 1))
        }
      } finally {
        road.close()
        rmSync(directory, { recursive: true })
      }
    }),
    propertyParameters(0.4),
  )
})
