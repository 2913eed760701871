import type { DeviceKind } from '@stillwatch/contract/device.ts'
import type { DriverName, DriverSettings } from '@stillwatch/contract/drivers/registry.ts'
import type { CheckReason, DeviceEvent } from '@stillwatch/contract/road.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'

/** One device as a driver sees it. `settings` is already validated and complete. */
export interface Target<Settings> {
  deviceId: string
  name: string
  kind: DeviceKind
  /** Host name or IP address, as configured: a driver connects here and nowhere else. */
  address: string
  settings: Settings
}

/** What a device said, or that it said nothing. */
export interface Observation {
  ok: boolean
  /** Whether this answer proves that the device itself is alive. A refused login does; a refused TCP port or a retained message does not. */
  alive: boolean
  /** Present exactly when `ok` is false. */
  reason?: CheckReason
  /** One short sentence for people: what was asked and what came back. Never contains a credential. */
  detail?: string
  /** Finite numbers only, unit in the name. */
  samples?: Record<string, number>
  /** Text or booleans that describe the device; sent again whenever read, the server stores changes. */
  facts?: Record<string, string | boolean>
  events?: DeviceEvent[]
}

/** How long a question may take. A driver settles by then; the poller stops waiting in any case. */
export interface Deadline {
  /** Milliseconds from now. */
  ms: number
  /** Aborted at the deadline and when the device is removed. */
  signal: AbortSignal
}

/** Asks devices. The poller decides when, and how many at once; a driver never retries on its own beyond the deadline and never throws. */
export interface AskedDriver<Settings> {
  mode: 'asked'
  /** The full check. Never rejects: every failure is an Observation with a reason. */
  check(target: Target<Settings>, deadline: Deadline): Promise<Observation>
  /** The cheapest question that proves life, unauthenticated where the protocol allows it. */
  probe(target: Target<Settings>, deadline: Deadline): Promise<Observation>
  /** The device is gone or has new settings: drop what is cached for it. */
  forget(deviceId: string): void
  close(): Promise<void>
}

/** Called by a listening driver, at any time between `listen` and the returned stop function. */
export interface Ear {
  /** A genuine, not retained, message arrived now. */
  heard(observation: Observation): void
  /** Nothing this device says can be heard from now on (broker link or port lost). Says why; repeated calls are harmless. */
  deaf(reason: CheckReason, detail: string): void
  /** Messages can be heard again. */
  hears(): void
}

/** Listens to devices that speak for themselves. An ear starts deaf until its driver says `hears`. */
export interface ListenedDriver<Settings> {
  mode: 'listened'
  /** Names what the ear of this target hangs on (a broker link, a port): ears on one link go deaf together and are told of once. */
  link?(target: Target<Settings>): string
  listen(target: Target<Settings>, ear: Ear): () => void
  close(): Promise<void>
}

export interface DriverContext {
  clock: Clock
  log: Logger
  /** The gateway's own site broker, when it runs one. */
  ownBroker?: { url: string; username?: string; password?: string }
}

export type Driver<Settings> = AskedDriver<Settings> | ListenedDriver<Settings>

/** What an error of the system says of the way to a device (errno(3), getaddrinfo(3)). */
export const systemErrorReasons: Readonly<Record<string, CheckReason>> = {
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_refused',
  EHOSTUNREACH: 'host_unreachable',
  ENETUNREACH: 'host_unreachable',
  EHOSTDOWN: 'host_unreachable',
  ENOTFOUND: 'name_not_found',
  EAI_AGAIN: 'name_not_found',
  ETIMEDOUT: 'timeout',
}

/** What a protocol folder exports, one per line of the registry. */
export type OpenDriver<K extends DriverName> = (
  context: DriverContext,
) => Driver<NonNullable<DriverSettings[K]>>
