import type { KeyObject } from 'node:crypto'
import type { DeviceAssignment, GatewayConfig } from '@stillwatch/contract/device.ts'
import type { DriverName, DriverSettings } from '@stillwatch/contract/drivers/registry.ts'
import { SECOND_MS } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import type { Driver, DriverContext, OpenDriver, Target } from '../drivers/driver.ts'
import type { Outcome, Question } from '../poll/due-check.ts'
import type { Ears, Listening } from '../poll/ears.ts'
import type { Poller } from '../poll/poller.ts'
import type { Evidence } from '../watch/evidence.ts'
import { openSealed } from './open-sealed.ts'
import { settingsFine, settingsQuestion, UNREADABLE, unknownDrivers } from './settings-check.ts'

/** One line per protocol: `drivers/registry.ts` is the real one, and is held to be complete there. */
export type DriverRegistry = { readonly [K in DriverName]?: OpenDriver<K> }
type OpenDrivers = { readonly [K in DriverName]?: Driver<NonNullable<DriverSettings[K]>> }

export interface RosterOptions {
  drivers: DriverRegistry
  context: DriverContext
  privateKey: KeyObject
  poller: Poller
  ears: Ears
  evidence: Evidence
  log: Logger
  /** Devices that could not be watched as configured when this gateway was stopped. */
  unusable: readonly string[]
  keepUnusable: (ids: string[]) => void
  outcome: (id: string, outcome: Outcome) => void
  removed: (id: string) => void
}

interface Known {
  assignment: DeviceAssignment
  /** What it was started with: sealing is never the same twice, so the open form is compared. */
  key: string
  drivers: DriverName[]
}

interface Opened {
  settings: DriverSettings
  /** Why the device cannot be watched as configured, or not in every way. */
  wrong?: string
}

function openAll(registry: DriverRegistry, context: DriverContext): OpenDrivers {
  return Object.fromEntries(
    Object.entries(registry).map(([name, open]) => [name, open(context)]),
  ) as unknown as OpenDrivers
}

/** The devices of this gateway: starts, changes and stops what polls and listens to them. */
export class Roster {
  readonly #options: RosterOptions
  readonly #drivers: OpenDrivers
  readonly #known = new Map<string, Known>()
  readonly #unusable: Set<string>

  constructor(options: RosterOptions) {
    this.#options = options
    this.#drivers = openAll(options.drivers, options.context)
    this.#unusable = new Set(options.unusable)
  }

  get devices(): DeviceAssignment[] {
    return Array.from(this.#known.values(), (known) => known.assignment)
  }

  /** Makes the running devices those of the list. Unchanged ones are not disturbed. */
  apply(config: GatewayConfig): void {
    const wanted = new Set(config.devices.map((device) => device.id))
    for (const id of [...this.#known.keys()]) if (!wanted.has(id)) this.#remove(id)
    for (const assignment of config.devices) this.#set(assignment)
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#drivers).map((driver) => driver.close()))
  }

  #set(assignment: DeviceAssignment): void {
    const { id } = assignment
    const { settings, wrong } = this.#open(assignment)
    const key = JSON.stringify([{ ...assignment, sealedDrivers: '' }, settings, wrong])
    if (this.#known.get(id)?.key === key) return
    this.#stop(id)
    const drivers = Object.keys(settings) as DriverName[]
    this.#known.set(id, { assignment, key, drivers })
    this.#start(assignment, settings, wrong)
    if (wrong === undefined && this.#unusable.has(id)) this.#options.outcome(id, settingsFine)
    this.#noteUnusable(id, wrong !== undefined)
  }

  #open(assignment: DeviceAssignment): Opened {
    const { id, sealedDrivers } = assignment
    try {
      const settings = openSealed(sealedDrivers, id, this.#options.privateKey)
      const unknown = Object.keys(settings).filter((name) => !Object.hasOwn(this.#drivers, name))
      return { settings, ...(unknown.length > 0 && { wrong: unknownDrivers(unknown) }) }
    } catch {
      this.#options.log.error({ device: id }, 'the settings of a device cannot be opened')
      return { settings: {}, wrong: UNREADABLE }
    }
  }

  #noteUnusable(id: string, isUnusable: boolean): void {
    if (this.#unusable.has(id) === isUnusable) return
    if (isUnusable) this.#unusable.add(id)
    else this.#unusable.delete(id)
    this.#options.keepUnusable([...this.#unusable])
  }

  #start(assignment: DeviceAssignment, settings: DriverSettings, wrong: string | undefined): void {
    const { poller, ears, evidence } = this.#options
    const names = Object.keys(settings) as DriverName[]
    const questions = names.flatMap((name) => this.#question(name, assignment, settings))
    const onlyEar = questions.length === 0
    const windowMs = assignment.silenceWindowS * SECOND_MS
    const { id, dependsOn } = assignment
    if (wrong !== undefined) questions.push(settingsQuestion(wrong))
    poller.set({ id, intervalMs: assignment.intervalS * SECOND_MS, windowMs, dependsOn, questions })
    evidence.set(id, windowMs, onlyEar && dependsOn.length > 0)
    for (const name of names) {
      const listening = this.#listening(name, assignment, settings, onlyEar)
      if (listening) ears.listen(listening)
    }
  }

  #question<K extends DriverName>(
    name: K,
    assignment: DeviceAssignment,
    settings: DriverSettings,
  ): Question[] {
    const driver: Driver<NonNullable<DriverSettings[K]>> | undefined = this.#drivers[name]
    const own = settings[name]
    if (driver?.mode !== 'asked' || !own) return []
    const target = targetOf(assignment, own)
    return [
      {
        check: name,
        ask: (deadline) => driver.check(target, deadline),
        probe: (deadline) => driver.probe(target, deadline),
      },
    ]
  }

  #listening<K extends DriverName>(
    name: K,
    assignment: DeviceAssignment,
    settings: DriverSettings,
    onlyEar: boolean,
  ): Listening | undefined {
    const driver: Driver<NonNullable<DriverSettings[K]>> | undefined = this.#drivers[name]
    const own = settings[name]
    if (driver?.mode !== 'listened' || !own) return undefined
    const target = targetOf(assignment, own)
    return {
      deviceId: assignment.id,
      check: name,
      link: driver.link?.(target) ?? `${name} ${assignment.address}`,
      onlyEar,
      listen: (ear) => driver.listen(target, ear),
    }
  }

  #remove(id: string): void {
    this.#stop(id)
    this.#known.delete(id)
    this.#noteUnusable(id, false)
    this.#options.evidence.remove(id)
    this.#options.removed(id)
  }

  #stop(id: string): void {
    this.#options.poller.remove(id)
    this.#options.ears.stop(id)
    for (const name of this.#known.get(id)?.drivers ?? []) {
      const driver = this.#drivers[name]
      if (driver?.mode === 'asked') driver.forget(id)
    }
  }
}

const targetOf = <Settings>(assignment: DeviceAssignment, settings: Settings): Target<Settings> => {
  const { id, name, kind, address } = assignment
  return { deviceId: id, name, kind, address, settings }
}
