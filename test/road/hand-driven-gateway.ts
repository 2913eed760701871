import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { onTestFinished } from 'vitest'
import type { Ack, Batch, BatchEntry, Hello, Refused, Welcome } from '../../contract/road.ts'
import { batchTopic, downFilter, downTopic, upTopic } from '../../contract/topics.ts'
import type { Identity } from '../../gateway/enrol/identity.ts'
import { decodeFrame, frameHash } from '../../gateway/uplink/frames.ts'
import type { RoadUnderTest } from './road-under-test.ts'

export type Credentials = Pick<Identity, 'gatewayId' | 'secret'>

/** An MQTT connection to the server's broker that does not come back by itself. Rejects when it is not let in. */
export async function connectTo(
  road: RoadUnderTest,
  { gatewayId, secret }: Credentials,
  more: IClientOptions = {},
): Promise<MqttClient> {
  const client = mqtt.connect(`mqtt://127.0.0.1:${road.broker.port}`, {
    ...{ clientId: gatewayId, username: gatewayId, password: secret, reconnectPeriod: 0 },
    ...more,
  })
  onTestFinished(() => void client.end(true))
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    client.on('error', reject)
    client.once('close', () => reject(new Error('The connection was closed.')))
  })
  return client
}

/** Resolves when the server has ended the connection. */
export const ended = (client: MqttClient): Promise<void> =>
  new Promise((resolve) => client.once('close', () => resolve()))

/** Somebody with a gateway's credentials who says what he likes, well numbered or not. */
export class HandDrivenGateway {
  readonly #road: RoadUnderTest
  readonly #client: MqttClient
  readonly credentials: Credentials
  epoch = 1
  seq = 0
  #hash: string | undefined
  readonly acks: Ack[] = []
  readonly refusals: Refused[] = []
  readonly welcomes: Welcome[] = []

  constructor(road: RoadUnderTest, client: MqttClient, credentials: Credentials) {
    this.#road = road
    this.#client = client
    this.credentials = credentials
    const { id } = this
    client.on('message', (topic, body) => {
      const message = decodeFrame(body)
      if (topic === downTopic(id, 'ack')) this.acks.push(message as Ack)
      if (topic === downTopic(id, 'refused')) this.refusals.push(message as Refused)
      if (topic === downTopic(id, 'welcome')) this.welcomes.push(message as Welcome)
    })
  }

  static async connect(road: RoadUnderTest, credentials: Credentials): Promise<HandDrivenGateway> {
    const client = await connectTo(road, credentials)
    await client.subscribeAsync(downFilter(credentials.gatewayId))
    return new HandDrivenGateway(road, client, credentials)
  }

  get id(): string {
    return this.credentials.gatewayId
  }

  /** Takes the place of a real gateway that has sent so many batches. */
  goOnFrom(seq: number, hash: string): void {
    this.seq = seq
    this.#hash = hash
  }

  async hello(more: Partial<Hello> = {}): Promise<void> {
    const hello: Hello = {
      v: 1,
      epoch: this.epoch,
      oldest: this.seq === 0 ? 0 : 1,
      newest: this.seq,
      nonce: 'a nonce of mine',
      configVersion: { generation: 1, version: 1_000 },
      software: 'by hand',
      ...more,
    }
    await this.send(upTopic(this.id, 'hello'), JSON.stringify(hello))
  }

  /** The next batch in its proper place; `change` spoils it. */
  async batch(
    entries: readonly unknown[],
    change: Partial<Record<keyof Batch, unknown>> = {},
  ): Promise<void> {
    await this.raw(JSON.stringify({ ...this.envelope(), devices: entries, ...change }))
  }

  envelope(): Omit<Batch, 'devices'> {
    const now = this.#road.clock.now()
    return {
      v: 1,
      gatewayId: this.id,
      epoch: this.epoch,
      seq: this.seq + 1,
      ...(this.#hash === undefined ? {} : { prev: this.#hash }),
      span: 1,
      spanStart: now - 1,
      through: now,
      configVersion: { generation: 1, version: 1_000 },
    }
  }

  /** Any bytes under the next number. */
  async raw(body: string | Buffer): Promise<void> {
    this.seq += 1
    this.#hash = frameHash(Buffer.from(body))
    await this.send(batchTopic(this.id, this.epoch, this.seq), body)
  }

  async send(topic: string, body: string | Buffer): Promise<void> {
    await this.#client.publishAsync(topic, body)
    await this.#road.settled()
  }

  /** What a device says when all is well. */
  entry(id: string, more: Partial<BatchEntry> = {}): BatchEntry {
    const t = this.#road.clock.now()
    return { id, t, evidenceAt: t, samples: { rtt_ms: 1 }, ...more }
  }
}
