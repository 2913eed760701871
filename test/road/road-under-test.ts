import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { onTestFinished } from 'vitest'
import type { NewDevice, Samples } from '../../contract/api/devices.ts'
import { DAY_MS } from '../../contract/time.ts'
import { Passwords } from '../../server/access/passwords.ts'
import { readConfig, type ServerConfig } from '../../server/config.ts'
import { type RunningServer, startServer } from '../../server/server.ts'
import { eventually } from '../fakes/eventually.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { socketsAreQuiet } from '../fakes/quiet-sockets.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { silentLog } from '../gateway/site.ts'
import { quickCost } from '../server/api-under-test.ts'
import { ADMIN_PASSWORD, ApiClient } from './api-client.ts'
import { GatewayUnderTest } from './gateway-under-test.ts'

/** The server gathers what arrives for so long before it commits. */
const GROUP_WINDOW_MS = 5
const STEP_MS = 1_000
/** Real time, only so that a test that fails does not stand still. */
const SETTLED_WITHIN_MS = 20_000

export type DeviceWish = Partial<Omit<NewDevice, 'siteId' | 'gatewayId'>> & { name: string }

/**
 * The real server and real gateways in one process, joined by real sockets, all on one clock that only the test moves. What fails is
 * the site: its devices are scripted, and the network to the server can be cut.
 */
export class RoadUnderTest {
  readonly clock = new FakeClock()
  readonly directory = temporaryDirectory()
  readonly api = new ApiClient(() => this.#server?.url ?? '')
  readonly gateways: GatewayUnderTest[] = []
  /** Where gateways find the broker; it may move with a restart. */
  readonly broker = { port: 0 }
  /** Why the server said that it cannot go on. */
  fatal: unknown
  #server: RunningServer | undefined
  siteId = ''

  static async start(): Promise<RoadUnderTest> {
    const road = new RoadUnderTest()
    onTestFinished(() => road.#close())
    await road.startServer()
    await road.api.signIn()
    road.siteId = (await road.api.post<{ id: string }>('/sites', { name: 'Harbour', timeZone: 'UTC' })).id
    return road
  }

  get config(): ServerConfig {
    return readConfig({
      STILLWATCH_HTTP_PORT: '0',
      STILLWATCH_MQTT_PORT: '0',
      STILLWATCH_DATA_DIR: join(this.directory, 'server'),
      STILLWATCH_ADMIN_PASSWORD: ADMIN_PASSWORD,
    })
  }

  get url(): string {
    return this.#server?.url ?? ''
  }

  async startServer(): Promise<void> {
    this.#server = await startServer({
      config: this.config,
      clock: this.clock,
      log: silentLog,
      version: 'test',
      passwords: new Passwords(quickCost),
      fatal: (error) => {
        this.fatal = error
      },
    })
    this.broker.port = this.#server.mqttPort
  }

  async stopServer(): Promise<void> {
    await this.#whileTimePasses(this.#server?.close())
    this.#server = undefined
    await eventually('every gateway has noticed', () =>
      this.gateways.every((gateway) => gateway.link !== 'live' && gateway.link !== 'greeting'),
    )
  }

  /** Stopped and started again; whoever was connected comes back. */
  async restartServer(): Promise<void> {
    await this.stopServer()
    await this.startServer()
    for (const gateway of this.gateways) if (gateway.isConnectable) await this.connected(gateway)
  }

  /** A gateway enrolled over HTTP as its user would, running and connected. */
  async addGateway(name = 'Cellar'): Promise<GatewayUnderTest> {
    const added = await this.api.post<{ enrolmentCode: string }>(`/sites/${this.siteId}/gateways`, { name })
    const gateway = await GatewayUnderTest.enrol(this, added.enrolmentCode)
    await gateway.start()
    await this.connected(gateway)
    return gateway
  }

  /** Adds devices that answer SNMP; returns their ids in the same order. */
  async addDevices(gateway: GatewayUnderTest, wishes: readonly DeviceWish[]): Promise<string[]> {
    const ids: string[] = []
    for (const wish of wishes) {
      const { id } = await this.api.post<{ id: string }>('/devices', {
        siteId: this.siteId,
        gatewayId: gateway.id,
        kind: 'other',
        address: '127.0.0.1',
        drivers: { snmp: { port: 161, version: '2c', timeoutMs: 2_000 } },
        ...wish,
      })
      ids.push(id)
    }
    await this.settled()
    return ids
  }

  /** Adds many devices at once, as a user would: by a file. */
  async importDevices(gateway: GatewayUnderTest, wishes: readonly { name: string }[]): Promise<void> {
    const { name: gatewayName } = await this.api.gateway(gateway.id)
    const lines = wishes.map(({ name }) => `Harbour,${gatewayName},${name},other,127.0.0.1,2c`)
    const csv = ['site,gateway,name,kind,address,snmp.version', ...lines].join('\n')
    const { errors } = await this.api.post<{ errors: unknown[] }>('/devices/import', { csv, dryRun: false })
    if (errors.length > 0) throw new Error(JSON.stringify(errors))
    await this.settled()
  }

  /** The times of all samples of one metric of a device, as the API gives them. */
  async sampleTimes(deviceId: string, metric = 'rtt_ms'): Promise<number[]> {
    const [from, to] = [new Date(0), new Date(this.clock.now() + DAY_MS)].map((at) => at.toISOString())
    const query = `metric=${metric}&from=${from}&to=${to}&points=5000`
    return (await this.api.get<Samples>(`/devices/${deviceId}/samples?${query}`)).at
  }

  /** Every time a device was ever held for silent, also what no list shows any more. */
  everySilence(): unknown[] {
    const db = new DatabaseSync(this.config.recordsFile, { readOnly: true })
    try {
      return db.prepare("SELECT subject_id, since, until FROM condition WHERE code = 'silent'").all()
    } finally {
      db.close()
    }
  }

  /** Waits until the gateway is let in and everything it had kept has been applied. */
  async connected(gateway: GatewayUnderTest): Promise<void> {
    await eventually('the gateway is connected', () => ['greeting', 'live'].includes(gateway.link))
    await this.settled()
    if (gateway.link !== 'live') throw new Error(`The gateway is ${gateway.link}.`)
  }

  /** Waits for what takes real time, such as a connection that is tried again, while hardly any passes on the clock. */
  async noticed(what: string, look: () => boolean): Promise<void> {
    await eventually(what, async () => {
      await this.clock.advance(GROUP_WINDOW_MS)
      return look()
    })
    await socketsAreQuiet()
  }

  /** Lets time pass in steps; after each, everybody who can be heard has been heard. */
  async pass(ms: number, stepMs = STEP_MS): Promise<void> {
    const end = this.clock.monotonic() + ms
    for (let left = ms; left > 0; left = end - this.clock.monotonic()) {
      await this.clock.advance(Math.min(stepMs, left))
      if (this.gateways.some((gateway) => gateway.isConnectable)) await this.settled()
    }
    await this.settled()
  }

  /** Until what was sent has arrived, is committed and, if it was a batch, acknowledged. */
  async settled(): Promise<void> {
    const giveUpAt = performance.now() + SETTLED_WITHIN_MS
    do {
      await socketsAreQuiet()
      await this.clock.advance(GROUP_WINDOW_MS)
      await socketsAreQuiet()
      if (this.fatal) throw this.fatal
      if (performance.now() > giveUpAt) throw new Error('The server does not acknowledge what it is sent.')
    } while (this.gateways.some((gateway) => gateway.isWaitingForAck))
  }

  async #close(): Promise<void> {
    for (const gateway of this.gateways) await gateway.dispose()
    await this.stopServer()
  }

  /** Closing waits for what is being gathered, and gathering takes time. */
  async #whileTimePasses(closing: Promise<void> | undefined): Promise<void> {
    if (!closing) return
    let open = true
    const closed = closing.finally(() => {
      open = false
    })
    while (open) {
      await this.clock.advance(GROUP_WINDOW_MS)
    }
    await closed
  }
}
