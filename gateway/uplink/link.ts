import { type DownLeaf, downFilter, downTopic, upTopic } from '@stillwatch/contract/topics.ts'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import type { Logger } from 'pino'
import { type Trust, trustOptions } from '../enrol/trust.ts'
import type { Wire } from './session.ts'

export interface LinkOptions {
  url: string
  gatewayId: string
  secret: string
  trust?: Trust
  log: Logger
  opened: () => void
  closed: () => void
  drained: () => void
  received: (leaf: DownLeaf, body: Uint8Array) => void
}

const KEEPALIVE_S = 10
const CONNECT_WITHIN_MS = 10_000
/** Spread, or every gateway of a restarted server would come back in the same instant. */
const RECONNECT_MS = 1_000
const RECONNECT_SPREAD_MS = 2_000
const downLeaves: readonly DownLeaf[] = ['welcome', 'ack', 'config', 'ask', 'refused']

/** The MQTT connection to the server: calls out, comes back by itself, and tells when the socket is full. */
export class Link implements Wire {
  readonly #options: LinkOptions
  #client: MqttClient | undefined
  #unwritten = { count: 0 }
  #up = false

  constructor(options: LinkOptions) {
    this.#options = options
  }

  /** Calls the server, and again whenever the connection is lost. */
  open(): void {
    const { url, gatewayId, secret, trust, log } = this.#options
    const options: IClientOptions = {
      protocolVersion: 4,
      clean: true,
      clientId: gatewayId,
      username: gatewayId,
      password: secret,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_WITHIN_MS,
      reconnectPeriod: RECONNECT_MS + Math.random() * RECONNECT_SPREAD_MS,
      reconnectOnConnackError: true,
      resubscribe: false,
      queueQoSZero: false,
      will: { topic: upTopic(gatewayId, 'gone'), payload: Buffer.from('{}'), qos: 0, retain: false },
    }
    const client = mqtt.connect(url, Object.assign(options, trustOptions(trust)))
    this.#client = client
    client.on('connect', () => void this.#subscribe(client))
    client.on('close', () => this.#lost())
    client.on('message', (topic, body) => this.#message(topic, body))
    client.on('error', (error) => log.warn({ reason: error.message }, 'the link to the server failed'))
  }

  get writable(): boolean {
    return this.#up && this.#unwritten.count === 0
  }

  publish(topic: string, body: Uint8Array): void {
    if (!this.#up) return
    const unwritten = this.#unwritten
    let atOnce = true
    unwritten.count += 1
    this.#client?.publish(
      topic,
      Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      { qos: 0 },
      () => {
        unwritten.count -= 1
        if (!atOnce && unwritten === this.#unwritten && this.writable) this.#options.drained()
      },
    )
    atOnce = false
  }

  async close(): Promise<void> {
    // Without a connection there is nobody to say goodbye to, and a subscription under way would keep the client waiting for good.
    const orderly = this.#up
    this.#up = false
    await this.#client?.endAsync(!orderly)
  }

  async #subscribe(client: MqttClient): Promise<void> {
    const { gatewayId, url, log, opened } = this.#options
    try {
      await client.subscribeAsync(downFilter(gatewayId), { qos: 0 })
    } catch (error) {
      log.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        'the server did not let this gateway listen',
      )
      return
    }
    this.#unwritten = { count: 0 }
    this.#up = true
    log.info({ url }, 'the link to the server is up')
    opened()
  }

  #lost(): void {
    if (!this.#up) return
    this.#up = false
    this.#options.log.warn('the link to the server is down')
    this.#options.closed()
  }

  #message(topic: string, body: Uint8Array): void {
    const leaf = downLeaves.find((each) => downTopic(this.#options.gatewayId, each) === topic)
    if (leaf) this.#options.received(leaf, body)
  }
}
