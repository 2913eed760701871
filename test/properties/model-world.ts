import type { DatabaseSync } from 'node:sqlite'
import type { Outcome, RoadInput } from '../../server/road/round.ts'
import { ServerUnderTest, START } from '../server/road/server-under-test.ts'
import { type ModelDevice, ModelGateway, TICK_MS, type Truth } from './model-gateway.ts'

const LOST_MS = 30_000
const MOST_PER_GROUP = 16

/** What the restart of a server loses and a backup keeps of what we know about it. */
interface Known {
  owner: Map<string, string>
  silent: Set<string>
  applied: Map<string, Set<string>>
}

const copyOf = ({ owner, silent, applied }: Known): Known => ({
  owner: new Map(owner),
  silent: new Set(silent),
  applied: new Map([...applied].map(([id, numbers]) => [id, new Set(numbers)])),
})

/** A site with two gateways, the true lives of its devices, and a real server that has to find out about them. */
export class ModelWorld {
  readonly server: ServerUnderTest
  readonly devices: readonly ModelDevice[]
  readonly gateways = new Map<string, ModelGateway>()
  /** An older copy of a gateway's disk. */
  readonly #copies = new Map<string, ModelGateway>()
  readonly #linkDown = new Set<string>()
  readonly #heardAt = new Map<string, number>()
  readonly #truth = new Map<string, Truth>()
  #known: Known = { owner: new Map(), silent: new Set(), applied: new Map() }
  #backup: Known | undefined
  #lastGeneration = 1
  now = START
  serverUp = true
  /** Exchanges whose answers never arrive. */
  deafExchanges = 0

  constructor(db: DatabaseSync, devices: readonly ModelDevice[]) {
    this.server = new ServerUnderTest(db)
    this.devices = devices
    for (const id of ['gw-a', 'gw-b']) {
      this.server.addGateway(id)
      this.gateways.set(id, new ModelGateway(id, this.now))
      this.#known.applied.set(id, new Set())
    }
    for (const { id } of devices) this.#known.owner.set(id, 'gw-a')
    this.server.addDevices(
      devices.map(({ id, windowMs, listened, ancestors }) => ({
        id,
        gatewayId: 'gw-a',
        windowS: windowMs / 1000,
        listenedOnly: listened,
        dependsOn: ancestors.map((ancestor) => ancestor.id),
      })),
    )
  }

  gateway(id: string): ModelGateway {
    return this.gateways.get(id) as ModelGateway
  }

  pass(ms: number): void {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += TICK_MS
      for (const gateway of this.gateways.values()) if (gateway.running) gateway.tick(this.now)
      if (this.serverUp) this.#meet()
    }
  }

  #meet(): void {
    for (const [id, gateway] of this.gateways) {
      const reachable = gateway.running && !this.#linkDown.has(id)
      for (let round = 0; reachable && round < 3; round += 1) if (!this.#exchange(gateway)) break
      const heardAt = this.#heardAt.get(id)
      if (heardAt === undefined || this.now - heardAt < LOST_MS) continue
      this.#heardAt.delete(id)
      this.#take([{ kind: 'lost', gatewayId: id, receivedAt: this.now }])
    }
  }

  /** False when there is nothing more to send. */
  #exchange(gateway: ModelGateway): boolean {
    const hadWelcome = gateway.session === 'live'
    const messages = gateway.outbox(this.now, MOST_PER_GROUP)
    if (messages.length === 0) return false
    for (const { truth } of messages) this.#keepTruth(gateway.id, truth)
    if (hadWelcome) this.#heardAt.set(gateway.id, this.now)
    else if (!this.#heardAt.has(gateway.id)) this.#heardAt.set(gateway.id, this.now)
    const replies = this.#take(messages.map((message) => message.input))
    const last = messages.at(-1)?.truth
    if (last) this.#truth.set(gateway.id, last)
    if (this.deafExchanges > 0) {
      this.deafExchanges -= 1
      if (!hadWelcome) gateway.session = 'none'
      return false
    }
    for (const { message } of replies) gateway.receive(message, this.now)
    if (!hadWelcome && gateway.session === 'live') this.#configure(gateway)
    if (gateway.session === 'greeting') gateway.session = 'none'
    return !hadWelcome || messages.length === MOST_PER_GROUP
  }

  /** The longest silence that any message of the group, or the last before it, was made under. */
  #keepTruth(gatewayId: string, truth: Truth): void {
    const before = this.#truth.get(gatewayId) ?? new Map<string, number>()
    const longest = new Map(before)
    for (const [id, quietMs] of truth) longest.set(id, Math.max(quietMs, before.get(id) ?? 0))
    this.#truth.set(gatewayId, longest)
  }

  #take(inputs: readonly RoadInput[]) {
    const { outcomes, messages } = this.server.take(inputs)
    for (const outcome of outcomes) this.#check(outcome)
    return messages
  }

  /** No false silence: nothing is said of a device that its gateway had not truly watched in vain for long enough. */
  #check({ draft }: Outcome): void {
    for (const { subjectId, condition, until } of draft.conditions.values()) {
      if (condition.code !== 'silent' || this.#known.silent.has(condition.id)) continue
      this.#known.silent.add(condition.id)
      if (until === null) this.#checkSilence(subjectId)
    }
    for (const id of draft.verdicts)
      if (this.server.fleet.devices.get(id)?.state === 'unreachable') this.#checkSilence(id)
  }

  #checkSilence(id: string): void {
    const device = this.devices.find((candidate) => candidate.id === id)
    const owner = this.#known.owner.get(id)
    if (!device || owner === undefined) throw new Error(`${id} is unknown to the model`)
    const quietMs = this.#truth.get(owner)?.get(id) ?? 0
    const children = this.devices.filter((other) => other.ancestors.includes(device)).length
    const needMs = children >= 2 ? Math.min(3 * TICK_MS, device.windowMs) : device.windowMs
    if (quietMs < needMs) throw new Error(`${id} was called silent after ${quietMs} ms of ${device.windowMs}`)
  }

  #configure(gateway: ModelGateway): void {
    const owned = this.devices.filter((device) => this.#known.owner.get(device.id) === gateway.id)
    const [row] = this.server.all("SELECT value FROM meta WHERE key = 'config_version'")
    const version = { generation: this.server.generation, version: Number(row?.value) }
    gateway.configure(version, owned, this.now)
  }

  // What happens to the world.

  setAlive(index: number, alive: boolean): void {
    const device = this.devices[index % this.devices.length]
    if (device) device.alive = alive
  }

  cut(id: string): void {
    if (this.#linkDown.has(id)) return
    this.#linkDown.add(id)
    this.#endSession(id)
  }

  join(id: string): void {
    this.#linkDown.delete(id)
  }

  endSessions(): void {
    for (const id of this.gateways.keys()) this.#endSession(id)
  }

  #endSession(id: string): void {
    this.gateway(id).session = 'none'
    if (this.serverUp) this.#take([{ kind: 'end', gatewayId: id, receivedAt: this.now }])
  }

  stopGateway(id: string): void {
    this.gateway(id).running = false
    this.#endSession(id)
  }

  startGateway(id: string): void {
    const gateway = this.gateway(id)
    if (gateway.running) return
    gateway.running = true
    gateway.session = 'none'
    gateway.beginSpan(this.now)
  }

  /** The machine sleeps, and nobody is told: its session dies of itself. */
  suspend(id: string, ms: number): void {
    const gateway = this.gateway(id)
    if (!gateway.running) return
    gateway.running = false
    this.pass(ms)
    this.startGateway(id)
  }

  stepClock(id: string, ms: number): void {
    const gateway = this.gateway(id)
    gateway.offsetMs += ms
    gateway.beginSpan(this.now)
  }

  stopServer(): void {
    this.serverUp = false
    for (const gateway of this.gateways.values()) gateway.session = 'none'
  }

  startServer(): void {
    if (this.serverUp) return
    this.serverUp = true
    this.server.crash()
    for (const id of this.#heardAt.keys()) this.#heardAt.set(id, this.now)
  }

  backup(): void {
    if (this.#backup) return
    this.server.backup()
    this.#backup = copyOf(this.#known)
  }

  restore(): void {
    if (!this.#backup) return
    this.#lastGeneration = Math.max(this.#lastGeneration, this.server.generation) + 1
    this.server.restore(this.#lastGeneration)
    this.#known = copyOf(this.#backup)
    this.stopServer()
    this.startServer()
  }

  async enrolAgain(id: string): Promise<void> {
    const epoch = await this.server.grantEpoch(id, this.now)
    const gateway = this.gateway(id)
    gateway.adopt(Math.max(epoch, gateway.epoch + 1), this.now)
  }

  keepCopy(id: string): void {
    if (this.#copies.has(id)) return
    this.#copies.set(id, this.gateway(id).copy(this.now))
  }

  /** The old disk runs in the place of the new one, or the other way round. */
  swapCopy(id: string): void {
    const copy = this.#copies.get(id)
    if (!copy) return
    const current = this.gateway(id)
    this.#endSession(id)
    this.#copies.set(id, current)
    this.gateways.set(id, copy)
    copy.running = true
    copy.beginSpan(this.now)
  }

  /** A person looks at a fenced gateway and lets it go on. */
  async confirm(id: string): Promise<void> {
    if (this.server.fleet.gateways.get(id)?.link !== 'fenced') return
    await this.server.grantEpoch(id, this.now)
    this.gateway(id).session = 'none'
  }

  async move(index: number, to: string): Promise<void> {
    const device = this.devices[index % this.devices.length]
    if (!device || this.#known.owner.get(device.id) === to) return
    this.#known.owner.set(device.id, to)
    await this.server.moveDevice(device.id, to, this.now)
    for (const gateway of this.gateways.values())
      if (gateway.session === 'live' && gateway.running) this.#configure(gateway)
  }

  /** Everything that is off is switched on, everything that waits for a person gets one. */
  async calm(): Promise<void> {
    this.startServer()
    this.deafExchanges = 0
    this.server.failures = 0
    for (const [id, gateway] of this.gateways) {
      this.join(id)
      this.startGateway(id)
      gateway.setDeaf(false)
      this.pass(2 * TICK_MS)
      await this.confirm(id)
      if (gateway.session === 'refused') {
        gateway.session = 'none'
        this.pass(TICK_MS)
        if (gateway.refusedFor === 'superseded') await this.enrolAgain(id)
      }
    }
    this.pass(2 * TICK_MS)
  }
}
