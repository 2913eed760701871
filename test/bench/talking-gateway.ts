import { mkdirSync } from 'node:fs'
import { connect, type MqttClient } from 'mqtt'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { GatewayConfig } from '../../contract/device.ts'
import { type Ack, type Hello, WIRE_VERSION } from '../../contract/road.ts'
import { systemClock } from '../../contract/time.ts'
import { batchTopic, downFilter, upTopic } from '../../contract/topics.ts'
import { enrol } from '../../gateway/enrol/enrol.ts'
import type { Identity } from '../../gateway/enrol/identity.ts'
import { decodeFrame, encodeFrame, frameHash } from '../../gateway/uplink/frames.ts'

/** As many as a real gateway sends before it waits. */
const UNACKNOWLEDGED = 64
const SPAN_AGO_MS = 1_800_000

/** Sends batches as fast as they are acknowledged. */
export class AckedWire {
  readonly #client: MqttClient
  readonly #id: string
  readonly #epoch: number
  #acked = 0
  #onAck = () => {}

  private constructor(client: MqttClient, id: string, epoch: number) {
    this.#client = client
    this.#id = id
    this.#epoch = epoch
    client.on('message', (topic, body) => {
      if (!topic.endsWith('/ack')) return
      this.#acked = (decodeFrame(body) as Ack).through
      this.#onAck()
    })
  }

  static async open(url: string, { id, secret, epoch }: { id: string; secret: string; epoch: number }) {
    const login = { clientId: id, username: id, password: secret }
    const client = connect(url, { protocolVersion: 4, reconnectPeriod: 0, ...login })
    onTestFinished(() => client.endAsync(true))
    client.on('error', () => {})
    await client.subscribeAsync(downFilter(id))
    return new AckedWire(client, id, epoch)
  }

  /** Says hello and waits for the device list. */
  async greet(): Promise<GatewayConfig> {
    const configured = new Promise<GatewayConfig>((resolve) => {
      this.#client.on('message', (topic, body) => {
        if (topic.endsWith('/config')) resolve(decodeFrame(body) as GatewayConfig)
      })
    })
    const hello: Hello = {
      ...{ v: WIRE_VERSION, epoch: this.#epoch, oldest: 0, newest: 0, nonce: 'benchmark', software: 'bench' },
      configVersion: { generation: 0, version: 0 },
    }
    this.#client.publish(upTopic(this.#id, 'hello'), encodeFrame(hello))
    return configured
  }

  /** Resolves when the last is acknowledged. */
  async send(bodies: readonly Buffer[]): Promise<void> {
    const first = this.#acked + 1
    let sent = 0
    await new Promise<void>((resolve) => {
      this.#onAck = () => {
        while (sent < bodies.length && first + sent - this.#acked <= UNACKNOWLEDGED) {
          this.#client.publish(batchTopic(this.#id, this.#epoch, first + sent), bodies[sent] as Buffer)
          sent += 1
        }
        if (this.#acked >= first + bodies.length - 1) resolve()
      }
      this.#onAck()
    })
  }
}

/** Speaks for a gateway without being one: its batches are made beforehand. */
export class TalkingGateway {
  readonly wire: AckedWire
  readonly #identity: Identity
  readonly #config: GatewayConfig
  readonly #spanStart = Date.now() - SPAN_AGO_MS
  readonly #clocks = new Map<string, number>()
  #next = 0
  #seq = 0
  #hash: string | undefined

  private constructor(wire: AckedWire, identity: Identity, config: GatewayConfig) {
    this.wire = wire
    this.#identity = identity
    this.#config = config
  }

  /** Enrols with a gateway's code. */
  static async start(server: string, code: string, dataDir: string): Promise<TalkingGateway> {
    mkdirSync(dataDir, { recursive: true })
    const options = { dataDir, software: 'bench', clock: systemClock, log: pino({ level: 'silent' }) }
    const identity = await enrol(options, { server, code })
    const wire = await AckedWire.open(identity.mqttUrl, { ...identity, id: identity.gatewayId })
    return new TalkingGateway(wire, identity, await wire.greet())
  }

  /** Batches of `devices` answered checks with ten samples each, going round the device list. */
  batches(count: number, devices: number): Buffer[] {
    const all = this.#config.devices.map(({ id }) => id)
    return Array.from({ length: count }, () => {
      const ids = Array.from({ length: devices }, () => all[this.#next++ % all.length] ?? '')
      return this.#batch(ids)
    })
  }

  #batch(ids: readonly string[]): Buffer {
    const devices = ids.map((id) => {
      const t = (this.#clocks.get(id) ?? this.#spanStart) + 10
      this.#clocks.set(id, t)
      const checks = [{ check: 'snmp', at: t, ok: true, tookMs: 3.4 }]
      return { id, t, evidenceAt: t, samples: samplesAt(t), checks }
    })
    const through = Math.max(...devices.map(({ t }) => t))
    this.#seq += 1
    const body = encodeFrame({
      ...{
        v: WIRE_VERSION,
        gatewayId: this.#identity.gatewayId,
        epoch: this.#identity.epoch,
        seq: this.#seq,
      },
      ...(this.#hash === undefined ? {} : { prev: this.#hash }),
      ...{ span: 1, spanStart: this.#spanStart, through, configVersion: this.#config.configVersion, devices },
    })
    this.#hash = frameHash(body)
    return body
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100

/** What an access switch might say: an uptime, slow and noisy values, counters as rates. */
function samplesAt(t: number): Record<string, number> {
  const slow = Math.sin(t / 60_000)
  const samples: Record<string, number> = {
    rtt_ms: rounded(2 + Math.random()),
    uptime_s: Math.floor(t / 1_000),
    cpu_load_percent: Math.round(30 + 10 * Math.random()),
    memory_used_percent: rounded(60 + slow),
    temperature_c: Math.round(400 + 20 * slow) / 10,
    if_up_count: 24,
  }
  for (const port of [1, 2]) {
    samples[`if_in_bps.${port}`] = Math.round(1e6 * (1 + Math.random()))
    samples[`if_out_bps.${port}`] = Math.round(1e5 * (1 + Math.random()))
  }
  return samples
}
