import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Aedes } from 'aedes'
import type { GatewayConfig } from '../../contract/device.ts'
import type { Ack, Answer, Ask, Batch, Beat, Hello, Refused, Welcome } from '../../contract/road.ts'
import { type DownLeaf, downTopic, parseUpTopic } from '../../contract/topics.ts'
import { decodeFrame, encodeFrame, frameHash } from '../../gateway/uplink/frames.ts'

export interface Applied {
  seq: number
  hash: string
  batch: Batch
}

const LOOK_EVERY_MS = 2

/**
 * The other end of the road over a real broker: welcomes, applies in order, acknowledges, and misbehaves on demand. It keeps what it
 * applied in memory, so that a test can count it.
 */
export class RoadServer {
  readonly applied: Applied[] = []
  readonly beats: Beat[] = []
  readonly hellos: Hello[] = []
  readonly answers: Answer[] = []
  /** What must never happen: a batch that does not follow the one before it. */
  readonly wrong: string[] = []
  gone = 0
  epoch = 1
  /** Answers a hello with this instead of a welcome. */
  refuse: Refused | undefined
  /** Whether this batch is thrown away unseen; the network could not lose it better. */
  lose: (seq: number) => boolean = () => false
  /** Applies but does not acknowledge. */
  mute = false
  now: () => number = Date.now
  readonly #gatewayId: string
  #broker: Aedes | undefined
  #close: () => Promise<void> = async () => undefined
  port = 0

  readonly #certificate: { cert: string; key: string } | undefined

  constructor(gatewayId: string, certificate?: { cert: string; key: string }) {
    this.#gatewayId = gatewayId
    this.#certificate = certificate
  }

  get url(): string {
    return `${this.#certificate ? 'mqtts' : 'mqtt'}://127.0.0.1:${this.port}`
  }

  get lastApplied(): number {
    return this.applied.at(-1)?.seq ?? 0
  }

  async start(): Promise<this> {
    const broker = await Aedes.createBroker({})
    const server = this.#certificate
      ? createTlsServer(this.#certificate, (socket) => broker.handle(socket))
      : createServer((socket) => broker.handle(socket))
    server.listen(this.port, '127.0.0.1')
    await once(server, 'listening')
    this.port = (server.address() as AddressInfo).port
    this.#broker = broker
    broker.on('publish', (packet, client) => {
      const up = parseUpTopic(this.#gatewayId, packet.topic)
      if (up?.leaf === 'gone') this.gone += 1
      else if (up && client) this.#take(up.leaf, packet.payload as Buffer)
    })
    this.#close = async () => {
      const closed = once(server, 'close')
      server.close()
      await new Promise<void>((resolve) => broker.close(resolve))
      await closed
    }
    return this
  }

  /** The link is cut; `start` puts it back on the same port. */
  stop(): Promise<void> {
    return this.#close()
  }

  send(leaf: DownLeaf, message: Welcome | Refused | Ack | GatewayConfig | Ask): void {
    const payload = encodeFrame(message)
    const topic = downTopic(this.#gatewayId, leaf)
    this.#broker?.publish(
      { cmd: 'publish', topic, payload, qos: 0, retain: false, dup: false },
      () => undefined,
    )
  }

  /** Resolves as soon as `holds` does: also what the gateway makes of an answer can be waited for. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }

  #take(leaf: string, payload: Buffer): void {
    const message = decodeFrame(payload)
    if (leaf === 'hello') this.#hello(message as Hello)
    if (leaf === 'beat') this.#beat(message as Beat)
    if (leaf === 'answer') this.answers.push(message as Answer)
    if (leaf === 'batch') this.#batch(message as Batch, payload)
  }

  #hello(hello: Hello): void {
    this.hellos.push(hello)
    if (this.refuse) return this.send('refused', this.refuse)
    if (hello.epoch > this.epoch) {
      this.epoch = hello.epoch
      this.applied.length = 0
    }
    this.send('welcome', {
      v: 1,
      nonce: hello.nonce,
      epoch: this.epoch,
      lastApplied: this.lastApplied,
      generation: 1,
      now: this.now(),
    })
  }

  #beat(beat: Beat): void {
    if (beat.epoch !== this.epoch || beat.afterSeq !== this.lastApplied) return
    this.beats.push(beat)
  }

  #batch(batch: Batch, payload: Buffer): void {
    if (batch.epoch !== this.epoch || this.lose(batch.seq)) return
    const last = this.applied.at(-1)
    if (batch.seq > this.lastApplied + 1) return this.#ack({ expect: this.lastApplied + 1 })
    if (batch.seq === this.lastApplied + 1) {
      if (batch.prev !== last?.hash) this.wrong.push(`batch ${batch.seq} does not follow the one before it`)
      this.applied.push({ seq: batch.seq, hash: frameHash(payload), batch })
    }
    if (!this.mute) this.#ack({})
  }

  #ack(more: Partial<Ack>): void {
    this.send('ack', { epoch: this.epoch, through: this.lastApplied, now: this.now(), ...more })
  }
}
