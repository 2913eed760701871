import { randomBytes } from 'node:crypto'
import { GatewayConfig } from '@stillwatch/contract/device.ts'
import {
  Ack,
  type Answer,
  Ask,
  type Beat,
  type ConfigVersion,
  type Hello,
  Refused,
  Welcome,
  WIRE_VERSION,
} from '@stillwatch/contract/road.ts'
import { type Clock, SECOND_MS } from '@stillwatch/contract/time.ts'
import { batchTopic, type DownLeaf, upTopic } from '@stillwatch/contract/topics.ts'
import type { Logger } from 'pino'
import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import type { Spool } from '../spool/spool.ts'
import type { ServerTime } from '../watch/spans.ts'
import { decodeFrame, encodeFrame } from './frames.ts'
import { InFlight } from './in-flight.ts'

/** The way to the server, as far as a session needs it. */
export interface Wire {
  publish(topic: string, body: Uint8Array): void
  /** False while the socket is full; `drained` is called on the session when it is not any more. */
  readonly writable: boolean
}

export type SessionState = 'offline' | 'greeting' | 'live' | 'fenced'

export interface SessionOptions {
  clock: Clock
  log: Logger
  gatewayId: string
  software: string
  spool: Spool
  wire: Wire
  configVersion: () => ConfigVersion
  serverTime: (time: ServerTime) => void
  /** A person confirmed that this gateway goes on in another epoch: renumber, then the session greets again. */
  adopt: (epoch: number) => void
  config: (config: GatewayConfig) => void
  ask: (ask: Ask) => Promise<Answer>
  /** The server refused these batches for good. */
  batchesRefused: (refused: NonNullable<Ack['refused']>) => void
  /** Everything spooled has been sent. */
  allSent: () => void
}

const WELCOME_WITHIN_MS = 10 * SECOND_MS
const ACK_WITHIN_MS = 15 * SECOND_MS
const FENCED_RETRY_MS = 60 * SECOND_MS
/** Answers to what was already on its way when we went back ask for the same batch again. */
const SAME_EXPECT_MS = 5 * SECOND_MS

/**
 * One conversation with the server (road-protocol, section 2): hello, welcome, everything it has not applied, then live. Quality of
 * service is 0 throughout: the only acknowledgement is the server's own, after its commit.
 */
export class Session {
  readonly #options: SessionOptions
  readonly #inFlight: InFlight
  #state: SessionState = 'offline'
  #refusal: Refused | undefined
  #cursor = 0
  #nonce = ''
  #helloAt = 0
  #wentBack = { to: 0, at: Number.NEGATIVE_INFINITY }
  #cancelTimer: () => void = () => undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.#inFlight = new InFlight(options.clock)
  }

  get state(): SessionState {
    return this.#state
  }

  /** Why the server does not want this gateway; undefined while it does. */
  get refusal(): Refused | undefined {
    return this.#refusal
  }

  get allSent(): boolean {
    return this.#state === 'live' && this.#cursor > this.#options.spool.newest
  }

  /** Connected and subscribed. */
  opened(): void {
    this.#greet()
  }

  closed(): void {
    this.#enter('offline')
  }

  drained(): void {
    this.pump()
  }

  received(leaf: DownLeaf, body: Uint8Array): void {
    const message = this.#decode(leaf, body)
    if (message === undefined) return
    const handlers: Record<DownLeaf, () => void> = {
      welcome: () => this.#read(Welcome, message, (welcome) => this.#welcomed(welcome)),
      refused: () => this.#read(Refused, message, (refused) => this.#wasRefused(refused)),
      ack: () => this.#read(Ack, message, (ack) => this.#acked(ack)),
      config: () => this.#read(GatewayConfig, message, this.#options.config),
      ask: () => this.#read(Ask, message, (ask) => void this.#asked(ask)),
    }
    handlers[leaf]?.()
  }

  /** Sends what is due to be sent, as far as the window and the socket allow. */
  pump(): void {
    const { spool, wire, gatewayId } = this.#options
    if (this.#state !== 'live') return
    while (wire.writable && this.#inFlight.hasRoom) {
      const next = spool.from(this.#cursor)
      if (!next) break
      this.#inFlight.sent(next.seq, next.body.length)
      this.#cursor = next.seq + 1
      wire.publish(batchTopic(gatewayId, spool.epoch, next.seq), next.body)
    }
    if (this.allSent) this.#options.allSent()
  }

  /** Moves the watermark; only when everything spooled was sent before it. */
  beat(beat: Omit<Beat, 'v' | 'epoch' | 'afterSeq'>): void {
    const { spool, wire, gatewayId } = this.#options
    if (!this.allSent) return
    const message: Beat = { v: WIRE_VERSION, epoch: spool.epoch, afterSeq: spool.newest, ...beat }
    wire.publish(upTopic(gatewayId, 'beat'), encodeFrame(message))
  }

  stop(): void {
    this.#enter('offline')
  }

  #enter(state: SessionState): void {
    this.#state = state
    this.#inFlight.clear()
    this.#cancelTimer()
  }

  #after(ms: number, act: () => void): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#options.clock.timer(ms, act)
  }

  #greet(): void {
    const { spool, wire, gatewayId, software, configVersion, clock } = this.#options
    this.#enter('greeting')
    this.#nonce = randomBytes(8).toString('hex')
    this.#helloAt = clock.monotonic()
    const hello: Hello = {
      v: WIRE_VERSION,
      epoch: spool.epoch,
      oldest: spool.oldest,
      newest: spool.newest,
      ...(spool.newestHash && { newestHash: spool.newestHash }),
      nonce: this.#nonce,
      configVersion: configVersion(),
      software,
    }
    wire.publish(upTopic(gatewayId, 'hello'), encodeFrame(hello))
    this.#after(WELCOME_WITHIN_MS, () => this.#greet())
  }

  #welcomed(welcome: Welcome): void {
    const { spool, clock, serverTime, log } = this.#options
    if (this.#state !== 'greeting' || welcome.nonce !== this.#nonce) return
    if (welcome.epoch > spool.epoch) return this.#adopt(welcome.epoch)
    if (welcome.epoch < spool.epoch)
      return this.#fence({ code: 'superseded', message: 'The server answered with an older epoch.' })
    const roundTripMs = clock.monotonic() - this.#helloAt
    spool.rewind(welcome.lastApplied, welcome.now)
    spool.ack(welcome.lastApplied)
    // Before anything is sent: what was written without trusted time is put right first.
    serverTime({ now: welcome.now + roundTripMs / 2, uncertaintyMs: roundTripMs / 2 })
    this.#refusal = undefined
    this.#enter('live')
    this.#cursor = Math.max(welcome.lastApplied + 1, spool.oldest)
    log.info({ from: this.#cursor, newest: spool.newest }, 'the server takes batches')
    this.#watchAcks()
    this.pump()
  }

  #wasRefused(refused: Refused): void {
    if (refused.epoch !== undefined && refused.epoch > this.#options.spool.epoch) this.#adopt(refused.epoch)
    else this.#fence(refused)
  }

  #adopt(epoch: number): void {
    this.#options.log.warn({ epoch }, 'this gateway goes on in a new epoch')
    this.#refusal = undefined
    this.#enter('offline')
    this.#options.adopt(epoch)
    this.#greet()
  }

  #fence(refusal: Refused): void {
    const { code, message } = refusal
    if (this.#refusal?.code !== code)
      this.#options.log.error({ code, message }, 'the server refuses this gateway')
    this.#refusal = refusal
    this.#enter('fenced')
    this.#after(FENCED_RETRY_MS, () => this.#greet())
  }

  #acked(ack: Ack): void {
    const { spool, serverTime } = this.#options
    if (this.#state !== 'live' || ack.epoch !== spool.epoch) return
    const delayMs = this.#inFlight.acked(ack.through)
    spool.ack(ack.through)
    if (delayMs !== undefined) {
      serverTime({ now: ack.now + delayMs / 2, uncertaintyMs: delayMs / 2 })
      this.#watchAcks()
    }
    if (ack.refused && ack.refused.length > 0) this.#options.batchesRefused(ack.refused)
    if (ack.expect !== undefined) this.#goBack(ack.expect)
    else this.pump()
  }

  #goBack(to: number): void {
    const { clock, spool } = this.#options
    const now = clock.monotonic()
    if (to === this.#wentBack.to && now - this.#wentBack.at < SAME_EXPECT_MS) return
    this.#wentBack = { to, at: now }
    if (to < spool.oldest || to > spool.newest + 1) return this.#greet()
    this.#inFlight.clear()
    this.#cursor = to
    this.pump()
  }

  /** Something sent stays unanswered: the server is told again where we stand and says where it stands. */
  #watchAcks(): void {
    this.#after(ACK_WITHIN_MS, () => {
      if (this.#inFlight.oldestMs() >= ACK_WITHIN_MS) this.#greet()
      else this.#watchAcks()
    })
  }

  async #asked(ask: Ask): Promise<void> {
    const answer = await this.#options.ask(ask)
    this.#options.wire.publish(upTopic(this.#options.gatewayId, 'answer'), encodeFrame(answer))
  }

  #decode(leaf: DownLeaf, body: Uint8Array): unknown {
    try {
      return decodeFrame(body)
    } catch (error) {
      this.#options.log.warn({ leaf, err: error }, 'a message of the server cannot be read')
      return undefined
    }
  }

  #read<T extends TSchema>(schema: T, message: unknown, take: (message: Static<T>) => void): void {
    if (Value.Check(schema, message)) take(message)
    else this.#options.log.warn('a message of the server does not fit its schema')
  }
}
