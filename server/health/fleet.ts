import { Deadlines } from './deadlines.ts'
import type { ActiveCondition, DeviceHealth, DeviceSetup } from './device-health.ts'
import type { GatewayHealth } from './gateway-health.ts'

/** Everything the road keeps in memory. Changed only through a `Draft`, after its commit, or when somebody edits the fleet. */
export class Fleet {
  readonly devices = new Map<string, DeviceHealth>()
  readonly gateways = new Map<string, GatewayHealth>()
  /** Devices that name another as an ancestor. */
  readonly #children = new Map<string, Set<string>>()
  readonly #byGateway = new Map<string, Set<string>>()
  readonly #deadlines = new Map<string, Deadlines>()
  /** Silent devices whose cause is not decided yet, and the like: looked at whenever the watermark moves. */
  readonly #waiting = new Map<string, Set<string>>()
  /** Devices that their gateway has not begun to watch. */
  readonly #unadopted = new Map<string, Set<string>>()

  putGateway(gateway: GatewayHealth): void {
    this.gateways.set(gateway.id, gateway)
  }

  removeGateway(id: string): void {
    this.gateways.delete(id)
    this.#deadlines.delete(id)
    this.#waiting.delete(id)
  }

  putDevice(device: DeviceHealth): void {
    const before = this.devices.get(device.setup.id)
    if (before) this.#unlink(before.setup)
    this.devices.set(device.setup.id, device)
    this.#link(device.setup)
    if (!device.adopted)
      obtain(this.#unadopted, device.setup.gatewayId, () => new Set<string>()).add(device.setup.id)
    this.lookAgain(device.setup.id)
  }

  removeDevice(id: string): void {
    const device = this.devices.get(id)
    if (!device) return
    this.#unlink(device.setup)
    this.devices.delete(id)
    this.deadlinesOf(device.setup.gatewayId).forget(id)
    this.waitingOf(device.setup.gatewayId).delete(id)
  }

  children(id: string): ReadonlySet<string> {
    return this.#children.get(id) ?? none
  }

  devicesOf(gatewayId: string): ReadonlySet<string> {
    return this.#byGateway.get(gatewayId) ?? none
  }

  deadlinesOf(gatewayId: string): Deadlines {
    return obtain(this.#deadlines, gatewayId, () => new Deadlines())
  }

  waitingOf(gatewayId: string): Set<string> {
    return obtain(this.#waiting, gatewayId, () => new Set())
  }

  /** Looks at the device as soon as its gateway's watermark moves. */
  lookAgain(id: string): void {
    const device = this.devices.get(id)
    if (device) this.waitingOf(device.setup.gatewayId).add(id)
  }

  unadoptedOf(gatewayId: string): ReadonlySet<string> {
    return this.#unadopted.get(gatewayId) ?? none
  }

  /** After a commit: the device as the draft left it. */
  replaceDevice(device: DeviceHealth): void {
    const { id, gatewayId } = device.setup
    if (!this.devices.has(id)) return
    this.devices.set(id, device)
    if (device.adopted) this.#unadopted.get(gatewayId)?.delete(id)
  }

  #link(setup: DeviceSetup): void {
    obtain(this.#byGateway, setup.gatewayId, () => new Set<string>()).add(setup.id)
    for (const ancestor of setup.dependsOn)
      obtain(this.#children, ancestor, () => new Set<string>()).add(setup.id)
  }

  #unlink(setup: DeviceSetup): void {
    this.#byGateway.get(setup.gatewayId)?.delete(setup.id)
    this.#unadopted.get(setup.gatewayId)?.delete(setup.id)
    for (const ancestor of setup.dependsOn) this.#children.get(ancestor)?.delete(setup.id)
  }
}

const none: ReadonlySet<string> = new Set()

function obtain<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}

export interface ConditionChange {
  subjectId: string
  condition: ActiveCondition
  /** Event time at which it ended; null while it goes on. */
  until: number | null
}

export interface TimelineRow {
  deviceId: string
  at: number
  kind: 'state' | 'condition_raised' | 'condition_cleared' | 'event'
  code: string
  text: string
}

/**
 * What one commit group is about to change: copies of the devices and gateways it touches, and the rows that follow. Nothing of it is
 * seen by anybody until the transaction is committed and `apply` is called.
 */
export class Draft {
  readonly fleet: Fleet
  readonly #devices = new Map<string, DeviceHealth>()
  readonly #gateways = new Map<string, GatewayHealth>()
  readonly verdicts = new Set<string>()
  readonly conditions = new Map<string, ConditionChange>()
  readonly timeline: TimelineRow[] = []
  readonly facts: { deviceId: string; name: string; value: string | boolean; at: number }[] = []
  /** Devices and gateways whose tickets may have to change. */
  readonly ticketSubjects = new Set<string>()

  constructor(fleet: Fleet) {
    this.fleet = fleet
  }

  /** The draft's own copy, to be changed. */
  device(id: string): DeviceHealth | undefined {
    const mine = this.#devices.get(id)
    if (mine) return mine
    const theirs = this.fleet.devices.get(id)
    if (!theirs) return undefined
    const copy = { ...theirs }
    this.#devices.set(id, copy)
    return copy
  }

  /** For looking only. */
  peek(id: string): DeviceHealth | undefined {
    return this.#devices.get(id) ?? this.fleet.devices.get(id)
  }

  gateway(id: string): GatewayHealth | undefined {
    const mine = this.#gateways.get(id)
    if (mine) return mine
    const theirs = this.fleet.gateways.get(id)
    if (!theirs) return undefined
    const copy = { ...theirs }
    this.#gateways.set(id, copy)
    return copy
  }

  get touchedGateways(): Iterable<GatewayHealth> {
    return this.#gateways.values()
  }

  /** For looking only. */
  peekGateway(id: string): GatewayHealth | undefined {
    return this.#gateways.get(id) ?? this.fleet.gateways.get(id)
  }

  /** After the commit. */
  apply(): void {
    for (const device of this.#devices.values()) this.fleet.replaceDevice(device)
    for (const [id, gateway] of this.#gateways)
      if (this.fleet.gateways.has(id)) this.fleet.gateways.set(id, gateway)
  }

  /** After a rollback: alarms that were taken are set again. */
  discard(): void {
    for (const id of this.#gateways.keys())
      for (const deviceId of this.fleet.devicesOf(id)) this.fleet.lookAgain(deviceId)
  }
}
