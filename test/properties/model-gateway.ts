import { createHash } from 'node:crypto'
import type { Ack, Batch, BatchEntry, Beat, Hello, Refused, Welcome } from '../../contract/road.ts'
import type { WireMessage } from '../../server/road/replies.ts'
import type { RoadInput } from '../../server/road/round.ts'

export const TICK_MS = 5_000
const INTERVAL_MS = 20_000
const RECHECKS = 3
const SELF_REPORT_MS = 20_000

/** A device as it truly is. */
export interface ModelDevice {
  id: string
  windowMs: number
  listened: boolean
  ancestors: readonly ModelDevice[]
  alive: boolean
}

/** Whether anybody could get an answer out of it now: it lives, and so does one of its paths. */
export const answers = (device: ModelDevice): boolean =>
  device.alive && (device.ancestors.length === 0 || device.ancestors.some(answers))

/** What a gateway keeps of one device: when to ask next, what is unanswered, and how long it has truly watched in vain. */
interface Watch {
  device: ModelDevice
  dueAt: number
  pendingSince: number | null
  deafSince: number | null
  misses: number
  /** Watched time since the last sign of life, milliseconds; time that nobody vouches for is not in it. */
  quietMs: number
}

/** For each device, how long it had truly been silent in watched time when a message was made. */
export type Truth = ReadonlyMap<string, number>

interface Spooled {
  seq: number
  body: Buffer
  hash: string
  truth: Truth
}

type Message = { input: RoadInput; truth: Truth }

const hashOf = (body: Uint8Array): string => createHash('sha256').update(body).digest('hex').slice(0, 16)
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

/**
 * A gateway reduced to its promises (road-protocol, sections 1, 2 and 4): numbered batches in a spool, spans, a watermark with devices
 * held back by name, a session. Written apart from the real gateway, so that both can be wrong on their own.
 */
export class ModelGateway {
  readonly id: string
  epoch = 1
  #seq = 0
  #hash: string | undefined
  #spool: Spooled[] = []
  #acked = 0
  #cursor = 1
  #span = 0
  #spanStart = 0
  /** How far its clock is ahead of the true time. */
  offsetMs = 0
  running = true
  session: 'none' | 'greeting' | 'live' | 'refused' = 'none'
  refusedFor: string | null = null
  #watches = new Map<string, Watch>()
  #version = { generation: 0, version: 0 }
  #tickedAt: number
  #value = 0
  #reportedAt = 0
  /** In which order the entries of a batch are written down; what they say does not depend on it. */
  arrange: (entries: BatchEntry[]) => BatchEntry[] = (entries) => entries
  /** The next batch will be one that no server can read: a fault of the program that wrote it. */
  damageNext = false

  constructor(id: string, now: number) {
    this.id = id
    this.#tickedAt = now
    this.beginSpan(now)
  }

  /** The same disk in another machine. */
  copy(now: number): ModelGateway {
    const copy = new ModelGateway(this.id, now)
    Object.assign(copy, { epoch: this.epoch, offsetMs: this.offsetMs })
    copy.#seq = this.#seq
    copy.#hash = this.#hash
    copy.#spool = [...this.#spool]
    copy.#acked = this.#acked
    copy.#span = this.#span
    copy.#watches = new Map([...this.#watches].map(([id, watch]) => [id, { ...watch }]))
    copy.#version = this.#version
    return copy
  }

  get newest(): number {
    return this.#seq
  }

  /** A new stretch of watching: what was under way says nothing, and the time of it counts for nobody. */
  beginSpan(now: number): void {
    for (const watch of this.#watches.values()) this.#abandon(watch, now)
    this.#span += 1
    this.#spanStart = now + this.offsetMs
    this.#tickedAt = now
  }

  #abandon(watch: Watch, now: number): void {
    if (watch.pendingSince !== null) watch.quietMs -= Math.max(0, this.#tickedAt - watch.pendingSince)
    watch.pendingSince = null
    watch.misses = 0
    watch.dueAt = Math.max(watch.dueAt, now)
    if (watch.deafSince !== null) watch.deafSince = now
  }

  configure(version: { generation: number; version: number }, devices: readonly ModelDevice[], now: number) {
    this.#version = version
    const known = this.#watches
    this.#watches = new Map(
      devices.map((device) => [
        device.id,
        known.get(device.id) ?? {
          device,
          dueAt: now,
          pendingSince: null,
          deafSince: null,
          misses: 0,
          quietMs: 0,
        },
      ]),
    )
  }

  /** The link to what speaks for itself is lost, or heard again. */
  setDeaf(deaf: boolean): void {
    for (const watch of this.#watches.values())
      if (watch.device.listened) watch.deafSince = deaf ? (watch.deafSince ?? this.#tickedAt) : null
  }

  /** One round of asking and listening; what came of it is spooled, or there is nothing to spool. */
  tick(now: number): void {
    const passedMs = now - this.#tickedAt
    this.#tickedAt = now
    const entries: BatchEntry[] = []
    for (const watch of this.#watches.values()) {
      if (watch.deafSince === null) watch.quietMs += passedMs
      entries.push(...(watch.device.listened ? this.#hear(watch, now) : this.#ask(watch, now)))
    }
    if (now - this.#reportedAt >= SELF_REPORT_MS) {
      this.#reportedAt = now
      entries.push({
        id: this.id,
        t: now + this.offsetMs,
        samples: { spool_depth_count: this.#spool.length },
      })
    }
    if (entries.length > 0) this.#append(entries)
  }

  #hear(watch: Watch, now: number): BatchEntry[] {
    if (now < watch.dueAt) return []
    watch.dueAt = now + INTERVAL_MS
    return watch.deafSince === null && answers(watch.device) ? [this.#evidence(watch)] : []
  }

  #ask(watch: Watch, now: number): BatchEntry[] {
    const entries: BatchEntry[] = []
    if (watch.pendingSince !== null) entries.push(this.#settle(watch, now))
    if (watch.pendingSince === null && now >= watch.dueAt) {
      if (answers(watch.device)) {
        watch.dueAt = now + INTERVAL_MS
        return [...entries, this.#evidence(watch)]
      }
      watch.pendingSince = now
    }
    return entries
  }

  /** What was asked in the round before is answered late, or missed. */
  #settle(watch: Watch, now: number): BatchEntry {
    watch.pendingSince = null
    if (answers(watch.device)) {
      watch.dueAt = now + INTERVAL_MS
      return this.#evidence(watch)
    }
    watch.misses += 1
    watch.dueAt = watch.misses <= RECHECKS ? now : now + INTERVAL_MS
    const t = now + this.offsetMs
    return {
      id: watch.device.id,
      t,
      checks: [{ check: 'tcp', at: t, ok: false, reason: 'timeout', tookMs: TICK_MS }],
    }
  }

  #evidence(watch: Watch): BatchEntry {
    watch.quietMs = 0
    watch.misses = 0
    const t = this.#tickedAt + this.offsetMs
    this.#value += 1
    const { id, listened } = watch.device
    const checks = listened ? {} : { checks: [{ check: 'tcp', at: t, ok: true, tookMs: 1 }] }
    return { id, t, evidenceAt: t, samples: { value_count: this.#value }, ...checks }
  }

  #held(): { id: string; since: number }[] {
    return [...this.#watches.values()].flatMap(({ device, pendingSince, deafSince }) => {
      const since = pendingSince ?? deafSince
      return since === null
        ? []
        : [{ id: device.id, since: Math.max(this.#spanStart, since + this.offsetMs) }]
    })
  }

  #append(entries: readonly BatchEntry[]): void {
    const through = this.#tickedAt + this.offsetMs
    const held = this.#held().map(({ id, since }) => ({ id, t: through, heldSince: since }))
    const devices = this.arrange([...entries, ...held])
    const span = { span: this.#span, spanStart: this.#spanStart, through, configVersion: this.#version }
    this.#write({ v: 1, gatewayId: this.id, ...span, devices }, this.#truth())
  }

  #write(batch: Omit<Batch, 'epoch' | 'seq' | 'prev'>, truth: Truth): void {
    this.#seq += 1
    const place = { epoch: this.epoch, seq: this.#seq, ...(this.#hash && { prev: this.#hash }) }
    const body = bytes({ ...batch, ...place, ...(this.damageNext && { span: -1 }) })
    this.damageNext = false
    this.#hash = hashOf(body)
    this.#spool.push({ seq: this.#seq, body, hash: this.#hash, truth })
  }

  #truth(): Truth {
    return new Map([...this.#watches].map(([id, watch]) => [id, watch.quietMs]))
  }

  /** The disk was full: the oldest half of what nobody has yet is gone, and a new span begins. */
  dropOldest(now: number): void {
    const kept = this.#spool.slice(Math.ceil(this.#spool.length / 2))
    if (kept.length === 0 && this.#acked < this.#seq) this.#hash = undefined
    this.#spool = kept
    this.beginSpan(now)
  }

  /** Goes on in another epoch: what is not acknowledged gets new numbers. */
  adopt(epoch: number, now: number): void {
    const unacked = this.#spool.filter((row) => row.seq > this.#acked)
    Object.assign(this, { epoch, session: 'none' })
    this.#seq = 0
    this.#hash = undefined
    this.#spool = []
    this.#acked = 0
    for (const row of unacked) {
      const { epoch: _, seq: __, prev: ___, ...batch } = JSON.parse(row.body.toString())
      this.#write(batch, row.truth)
    }
    this.beginSpan(now)
  }

  hello(now: number): Message {
    this.session = 'greeting'
    const hello: Hello = {
      v: 1,
      epoch: this.epoch,
      oldest: this.#spool[0]?.seq ?? (this.#seq && this.#seq + 1),
      newest: this.#seq,
      ...(this.#hash && { newestHash: this.#hash }),
      nonce: 'nonce-nonce',
      configVersion: this.#version,
      software: 'model',
    }
    return {
      input: { kind: 'hello', gatewayId: this.id, body: bytes(hello), receivedAt: now },
      truth: new Map(),
    }
  }

  /** The next messages of a live session: what is spooled, at most so many, or the watermark alone when all of it is sent. */
  outbox(now: number, most: number): Message[] {
    if (this.session === 'none') return [this.hello(now)]
    if (this.session !== 'live') return []
    const rows = this.#spool.filter((row) => row.seq >= this.#cursor).slice(0, most)
    this.#cursor = (rows.at(-1)?.seq ?? this.#cursor - 1) + 1
    if (rows.length === 0) return [this.#beat(now)]
    return rows.map((row) => ({ input: this.#batchInput(row, now), truth: row.truth }))
  }

  #batchInput({ seq, body }: Spooled, now: number): RoadInput {
    return { kind: 'batch', gatewayId: this.id, epoch: this.epoch, seq, body, receivedAt: now }
  }

  #beat(now: number): Message {
    const through = this.#tickedAt + this.offsetMs
    const span = { span: this.#span, spanStart: this.#spanStart, through }
    const beat: Beat = { v: 1, epoch: this.epoch, afterSeq: this.#seq, ...span, held: this.#held() }
    const input = { kind: 'beat' as const, gatewayId: this.id, body: bytes(beat), receivedAt: now }
    return { input, truth: this.#truth() }
  }

  receive(message: WireMessage, now: number): void {
    if (message.leaf === 'welcome') this.#welcomed(message.body, now)
    else if (message.leaf === 'ack') this.#onAck(message.body, now)
    else if (message.leaf === 'refused') this.#wasRefused(message.body, now)
  }

  #welcomed(welcome: Welcome, now: number): void {
    if (this.session !== 'greeting') return
    this.session = 'live'
    this.refusedFor = null
    this.#acked = welcome.lastApplied
    this.#cursor = Math.max(welcome.lastApplied + 1, this.#spool[0]?.seq ?? 1)
    this.#setClock(now)
  }

  /** Whatever the server says comes with its time; a large correction begins a new span. */
  #setClock(now: number): void {
    if (this.offsetMs === 0) return
    this.offsetMs = 0
    this.beginSpan(now)
  }

  #onAck(ack: Ack, now: number): void {
    if (this.session !== 'live' || ack.epoch !== this.epoch) return
    this.#setClock(now)
    this.#acked = Math.max(this.#acked, ack.through)
    if (ack.expect === undefined) return
    if (ack.expect < (this.#spool[0]?.seq ?? 1)) this.session = 'none'
    else this.#cursor = ack.expect
  }

  #wasRefused(refused: Refused, now: number): void {
    if (refused.epoch !== undefined && refused.epoch > this.epoch) return this.adopt(refused.epoch, now)
    this.session = 'refused'
    this.refusedFor = refused.code
  }
}
