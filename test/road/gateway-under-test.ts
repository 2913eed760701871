import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../../contract/time.ts'
import type { Observation } from '../../gateway/drivers/driver.ts'
import { enrol } from '../../gateway/enrol/enrol.ts'
import type { Identity } from '../../gateway/enrol/identity.ts'
import { createGateway, type Gateway } from '../../gateway/gateway.ts'
import type { NetworkProxy } from '../../simulators/proxy/conditions.ts'
import { startProxy } from '../../simulators/proxy/proxy.ts'
import { FakeSite } from '../fakes/fake-drivers.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { silentLog, spooled } from '../gateway/site.ts'

/** What a gateway needs of the road it stands on. */
interface Surroundings {
  readonly clock: Clock
  readonly url: string
  readonly broker: { port: number }
  readonly gateways: GatewayUnderTest[]
  connected(gateway: GatewayUnderTest): Promise<void>
}

const dead: Observation = { ok: false, alive: false, reason: 'timeout', detail: 'no answer' }

/** A real gateway with scripted devices, behind a network that can be cut. Its data directory outlives it. */
export class GatewayUnderTest {
  readonly site = new FakeSite()
  /** Devices that do not answer, by id. */
  readonly dead = new Set<string>()
  readonly dataDir: string
  identity: Identity
  /** How far the machine's own clock is off. */
  clockAheadMs = 0
  readonly #road: Surroundings
  readonly #network: NetworkProxy
  #gateway: Gateway | undefined
  #cut = false

  constructor(road: Surroundings, identity: Identity, dataDir: string, network: NetworkProxy) {
    this.#road = road
    this.identity = identity
    this.dataDir = dataDir
    this.#network = network
    this.site.ask = async (id, { signal }) => {
      if (!this.dead.has(id)) return { ok: true, alive: true, samples: { rtt_ms: 1 + road.gateways.length } }
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      return dead
    }
    road.gateways.push(this)
  }

  static async enrol(
    road: Surroundings,
    code: string,
    dataDir = temporaryDirectory(),
  ): Promise<GatewayUnderTest> {
    return GatewayUnderTest.from(road, await enrolIn(road, code, dataDir), dataDir)
  }

  /** A gateway out of a data directory that was enrolled before. */
  static async from(road: Surroundings, identity: Identity, dataDir: string): Promise<GatewayUnderTest> {
    const network = await startProxy({ kind: 'tcp', to: road.broker })
    return new GatewayUnderTest(road, identity, dataDir, network)
  }

  get id(): string {
    return this.identity.gatewayId
  }

  get link(): string {
    return this.#gateway?.status().link ?? 'off'
  }

  /** Batches the server has not acknowledged. */
  get depth(): number {
    return this.#gateway?.status().spoolDepth ?? 0
  }

  get isConnectable(): boolean {
    return this.#gateway !== undefined && !this.#cut
  }

  get isWaitingForAck(): boolean {
    return this.link === 'greeting' || (this.link === 'live' && this.depth > 0)
  }

  status(): ReturnType<Gateway['status']> {
    if (!this.#gateway) throw new Error('This gateway is off.')
    return this.#gateway.status()
  }

  async start(): Promise<void> {
    this.#gateway = await createGateway({
      identity: { ...this.identity, mqttUrl: `mqtt://127.0.0.1:${this.#network.port}` },
      dataDir: this.dataDir,
      drivers: this.site.drivers,
      clock: this.#machineClock(),
      log: silentLog,
      software: 'test',
      random: evenlySpread(),
      statusPort: -1,
    })
  }

  #machineClock(): Clock {
    const { clock } = this.#road
    return {
      now: () => clock.now() + this.clockAheadMs,
      monotonic: () => clock.monotonic(),
      timer: (ms, fire) => clock.timer(ms, fire),
    }
  }

  /** The box is switched off. */
  async stop(): Promise<void> {
    const gateway = this.#gateway
    this.#gateway = undefined
    await gateway?.close()
  }

  /** The line to the server is cut: nothing gets through in either direction. */
  cut(): void {
    this.#cut = true
    this.#network.set({ mode: 'cut' })
  }

  /** The line is back; resolves when everything that was kept has been applied. */
  async mend(): Promise<void> {
    this.mendUnseen()
    await this.#road.connected(this)
  }

  /** The line is back, but the server may not want this gateway. */
  mendUnseen(): void {
    this.#cut = false
    this.#network.set({ mode: 'pass' })
  }

  /** The times of all samples of one metric of a device that are in the spool, sent or not. */
  spooledTimes(deviceId: string, metric = 'rtt_ms'): number[] {
    return spooled(this.dataDir)
      .flatMap((batch) => batch.devices)
      .flatMap((entry) => (entry.id === deviceId && entry.samples?.[metric] !== undefined ? [entry.t] : []))
  }

  /** How the next batch must name the last one in the spool. */
  lastHash(): string {
    const db = new DatabaseSync(join(this.dataDir, 'spool.db'), { readOnly: true })
    try {
      return String(db.prepare("SELECT value FROM meta WHERE key = 'hash'").get()?.value)
    } finally {
      db.close()
    }
  }

  async enrolAgain(code: string): Promise<void> {
    this.identity = await enrolIn(this.#road, code, this.dataDir)
  }

  async dispose(): Promise<void> {
    await this.stop()
    await this.#network.close()
  }
}

/** Numbers in [0, 1), spread evenly however many are drawn, so that devices are asked at all phases of their interval. */
function evenlySpread(): () => number {
  let drawn = 0
  return () => {
    drawn += 1
    return (drawn * 0.618_033_988_75) % 1
  }
}

function enrolIn(road: Surroundings, code: string, dataDir: string): Promise<Identity> {
  mkdirSync(join(dataDir), { recursive: true })
  return enrol({ dataDir, software: 'test', clock: road.clock, log: silentLog }, { server: road.url, code })
}
