import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { MqttSettings } from '../../contract/drivers/mqtt.ts'
import { systemClock } from '../../contract/time.ts'
import type { DriverContext, Ear, ListenedDriver, Observation } from '../../gateway/drivers/driver.ts'
import { openMqtt } from '../../gateway/drivers/mqtt/driver.ts'
import {
  type OwnBroker,
  type OwnBrokerOptions,
  startOwnBroker,
} from '../../gateway/drivers/mqtt/own-broker.ts'

const log = pino({ level: 'silent' })

export async function ownBroker(options: Partial<OwnBrokerOptions> = {}): Promise<OwnBroker> {
  const broker = await startOwnBroker({ host: '127.0.0.1', port: 0, log, ...options })
  onTestFinished(() => broker.close())
  return broker
}

export function openMqttForTest(context: Partial<DriverContext> = {}): ListenedDriver<MqttSettings> {
  const driver = openMqtt({ clock: systemClock, log, ...context })
  if (driver.mode !== 'listened') throw new Error('the MQTT driver listens')
  onTestFinished(() => driver.close())
  return driver
}

/** A publisher that is connected, and gone when the test ends. */
export async function publisher(url: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = connect(url, { protocolVersion: 4, reconnectPeriod: 0, ...options })
  client.on('error', () => {})
  onTestFinished(() => client.endAsync(true))
  await new Promise<void>((resolve, reject) => {
    client.once('connect', () => resolve())
    client.once('close', () => reject(new Error('the broker refused the publisher')))
  })
  return client
}

/** An ear that remembers everything and can be waited on. */
export class RecordingEar implements Ear {
  readonly observations: Observation[] = []
  /** `hears`, or why deaf, in the order of the calls. */
  readonly states: string[] = []
  details: string[] = []
  #waiting: (() => void)[] = []

  heard(observation: Observation): void {
    this.observations.push(observation)
    this.#wake()
  }

  deaf(reason: string, detail: string): void {
    this.states.push(reason)
    this.details.push(detail)
    this.#wake()
  }

  hears(): void {
    this.states.push('hears')
    this.#wake()
  }

  /** Resolves when the last state is this one. */
  state(state: string): Promise<void> {
    return this.#until(() => this.states.at(-1) === state)
  }

  /** Resolves with the first `count` observations once there are that many. */
  async heardAtLeast(count: number): Promise<Observation[]> {
    await this.#until(() => this.observations.length >= count)
    return this.observations
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((wake) => this.#waiting.push(wake))
  }

  #wake(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const wake of waiting) wake()
  }
}

export interface ListeningOptions extends Partial<MqttSettings> {
  address?: string
}

/** Starts listening to one device. */
export function listen(
  driver: ListenedDriver<MqttSettings>,
  { address = '127.0.0.1', ...settings }: ListeningOptions,
): RecordingEar & { stop: () => void } {
  const ear = new RecordingEar()
  const target = {
    deviceId: 'detector',
    name: 'Detector',
    kind: 'detector' as const,
    address,
    settings: { topic: 'site/detector', offlinePayload: 'offline', ...settings },
  }
  return Object.assign(ear, { stop: driver.listen(target, ear) })
}
