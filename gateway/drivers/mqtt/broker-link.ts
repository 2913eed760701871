import { randomUUID } from 'node:crypto'
import { type Clock, SECOND_MS } from '@stillwatch/contract/time.ts'
import { connect, type MqttClient } from 'mqtt'
import type { Logger } from 'pino'
import { reconnectPauseMs } from './backoff.ts'
import { type WhyDeaf, whyDeaf } from './connect-failure.ts'
import type { Message } from './hear.ts'
import { hasWildcard, topicMatches } from './topic-filter.ts'

/** A dead broker that never closed its socket is noticed after one and a half of these. */
const KEEPALIVE_S = 10
const CONNECT_TIMEOUT_MS = 10 * SECOND_MS

export interface BrokerAddress {
  url: string
  username?: string
  password?: string
}

/** One device that listens on this link. */
export interface Listener {
  filters: readonly string[]
  message(message: Message): void
  deaf(why: WhyDeaf): void
  hears(): void
}

interface Subscription {
  listeners: Set<Listener>
  /** The broker has acknowledged it on this connection. */
  granted: boolean
}

/** One connection to one broker, shared by every device that speaks there. Connects by itself, again and again. */
export class BrokerLink {
  readonly #address: BrokerAddress
  readonly #host: string
  readonly #clock: Clock
  readonly #log: Logger
  readonly #listeners = new Set<Listener>()
  readonly #subscriptions = new Map<string, Subscription>()
  readonly #wildcards = new Set<string>()
  #client: MqttClient
  #failures = 0
  #cancelRetry: () => void = () => {}
  #closed = false
  #why: WhyDeaf

  constructor(address: BrokerAddress, clock: Clock, log: Logger) {
    this.#address = address
    this.#host = new URL(address.url).host
    this.#clock = clock
    this.#log = log
    this.#why = { reason: 'timeout', detail: `not connected to the broker ${this.#host} yet` }
    this.#client = this.#connect()
  }

  get idle(): boolean {
    return this.#listeners.size === 0
  }

  add(listener: Listener): void {
    this.#listeners.add(listener)
    if (!this.#client.connected) listener.deaf(this.#why)
    for (const filter of listener.filters) {
      const known = this.#subscriptions.get(filter)
      known?.listeners.add(listener)
      if (known) continue
      this.#subscriptions.set(filter, { listeners: new Set([listener]), granted: false })
      if (hasWildcard(filter)) this.#wildcards.add(filter)
      if (this.#client.connected) this.#subscribe(this.#client, filter)
    }
    this.#tellIfHearing(listener)
  }

  remove(listener: Listener): void {
    this.#listeners.delete(listener)
    for (const filter of listener.filters) {
      const subscription = this.#subscriptions.get(filter)
      subscription?.listeners.delete(listener)
      if (!subscription || subscription.listeners.size > 0) continue
      this.#subscriptions.delete(filter)
      this.#wildcards.delete(filter)
      if (this.#client.connected) this.#client.unsubscribe(filter)
    }
  }

  close(): Promise<void> {
    this.#closed = true
    this.#cancelRetry()
    return new Promise((resolve) => this.#client.end(true, () => resolve()))
  }

  /** A new client for every attempt: nothing of a broken connection lives on in the next one. */
  #connect(): MqttClient {
    const client = connect(this.#address.url, {
      protocolVersion: 4,
      clean: true,
      // Random, so that two gateways never throw each other off the broker.
      clientId: `stillwatch-${randomUUID().slice(0, 8)}`,
      keepalive: KEEPALIVE_S,
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectPeriod: 0,
      ...(this.#address.username !== undefined && { username: this.#address.username }),
      ...(this.#address.password !== undefined && { password: this.#address.password }),
    })
    let lastError: Error | undefined
    let ended = false
    client.on('error', (error) => {
      lastError = error
    })
    client.on('connect', () => {
      this.#failures = 0
      this.#log.info({ broker: this.#host }, 'connected to the site broker')
      for (const filter of this.#subscriptions.keys()) this.#subscribe(client, filter)
    })
    client.on('message', (topic, payload, packet) =>
      this.#dispatch({ topic, payload, retained: packet.retain }),
    )
    client.on('close', () => {
      if (!ended) this.#lost(client, whyDeaf(this.#host, lastError))
      ended = true
    })
    return client
  }

  #lost(client: MqttClient, why: WhyDeaf): void {
    client.end(true)
    if (this.#closed) return
    this.#why = why
    for (const subscription of this.#subscriptions.values()) subscription.granted = false
    for (const listener of this.#listeners) listener.deaf(why)
    const pauseMs = reconnectPauseMs(this.#failures, Math.random())
    this.#failures++
    this.#log.warn({ broker: this.#host, reason: why.reason, pauseMs }, 'the site broker cannot be heard')
    this.#cancelRetry = this.#clock.timer(pauseMs, () => {
      this.#client = this.#connect()
    })
  }

  #subscribe(client: MqttClient, filter: string): void {
    client.subscribe(filter, { qos: 1 }, (error) => {
      const subscription = this.#subscriptions.get(filter)
      // An answer of a connection that is no more, or for devices that are gone.
      if (!subscription || client !== this.#client || !client.connected) return
      if (error) {
        const detail = `the broker ${this.#host} refuses the subscription to ${filter}`
        for (const listener of subscription.listeners) {
          listener.deaf({ reason: 'credentials_refused', detail })
        }
        return
      }
      subscription.granted = true
      for (const listener of subscription.listeners) this.#tellIfHearing(listener)
    })
  }

  #tellIfHearing(listener: Listener): void {
    if (listener.filters.every((filter) => this.#subscriptions.get(filter)?.granted)) listener.hears()
  }

  /** A device hears a message once, however many of its filters cover it. */
  #dispatch(message: Message): void {
    const listeners = new Set(this.#subscriptions.get(message.topic)?.listeners)
    for (const filter of this.#wildcards) {
      if (!topicMatches(filter, message.topic)) continue
      for (const listener of this.#subscriptions.get(filter)?.listeners ?? []) listeners.add(listener)
    }
    for (const listener of listeners) listener.message(message)
  }
}
