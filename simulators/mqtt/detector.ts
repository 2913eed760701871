import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'mqtt'

export interface MqttDetectorOptions {
  brokerUrl: string
  topic: string
  everyMs: number
  /** What it says each time; asked anew for every message. */
  says?: () => Record<string, unknown>
  availabilityTopic?: string
  /** Whether `online` and `offline` are kept by the broker. */
  retainAvailability?: boolean
  username?: string
  password?: string
}

export interface MqttDetector {
  /** Says its values once, now. Resolves when the broker has them. */
  speak(): Promise<void>
  /** Stops talking but stays connected: dead sensor, living radio. */
  hush(): void
  /** Dies without a goodbye: the broker speaks its last will. */
  die(): Promise<void>
  close(): Promise<void>
}

/** A detector that talks to a broker by itself, with birth message and last will. Resolves once connected. */
export async function startMqttDetector(options: MqttDetectorOptions): Promise<MqttDetector> {
  const { topic, availabilityTopic, retainAvailability = false } = options
  const availability = { qos: 1, retain: retainAvailability } as const
  const client = connect(options.brokerUrl, {
    protocolVersion: 4,
    clientId: `detector-${randomUUID().slice(0, 8)}`,
    reconnectPeriod: 1_000,
    ...(options.username !== undefined && { username: options.username }),
    ...(options.password !== undefined && { password: options.password }),
    ...(availabilityTopic !== undefined && {
      will: { topic: availabilityTopic, payload: Buffer.from('offline'), ...availability },
    }),
  })
  // A broker that is away for a while is nothing special to a detector.
  client.on('error', () => {})
  const says = options.says ?? (() => ({ battery_percent: 87, tamper: false }))
  const speak = async () => {
    await client.publishAsync(topic, JSON.stringify(says()), { qos: 1 })
  }
  client.on('connect', () => {
    if (availabilityTopic !== undefined) client.publish(availabilityTopic, 'online', availability)
  })
  await new Promise<void>((resolve) => client.once('connect', () => resolve()))
  const timer = setInterval(() => void speak().catch(() => {}), options.everyMs)

  return {
    speak,
    hush: () => clearInterval(timer),
    async die() {
      clearInterval(timer)
      const closed = once(client.stream, 'close')
      client.options.reconnectPeriod = 0
      client.stream.destroy()
      await closed
      await client.endAsync(true)
    },
    async close() {
      clearInterval(timer)
      await client.endAsync()
    },
  }
}
