import type { GatewayConfig } from '@stillwatch/contract/device.ts'
import type { Logger } from 'pino'
import { evidenceOf } from '../health/checkpoint.ts'
import type { DeviceHealth } from '../health/device-health.ts'
import type { Fleet } from '../health/fleet.ts'
import type { FleetListener } from '../health/view.ts'
import { readActiveConditions, readDevices, readGateways } from '../store/records/fleet-rows.ts'
import type { Records } from '../store/records/records.ts'
import { cancelTicketsOf } from '../tickets/follow.ts'
import { conditionsBySubject, deviceFrom, gatewayFrom } from './from-rows.ts'
import type { WireMessage } from './replies.ts'

export interface FleetChangesDeps {
  fleet: Fleet
  records: Records
  log: Logger
  now(): number
  gatewayConfig(gatewayId: string): Promise<GatewayConfig>
  send(gatewayId: string, message: WireMessage): void
  kick(gatewayId: string): void
  secretsChanged(): void
  /** A gateway has a new epoch. */
  granted(gatewayId: string): void
  gatewayGone(gatewayId: string): void
  forgetSeries(subjectId: string): Promise<void>
  told(changes: {
    deviceIds: readonly string[]
    goneDeviceIds: readonly string[]
    ticketIds: readonly string[]
    gatewayIds: readonly string[]
  }): void
}

/** Somebody has edited devices or gateways: the road's memory follows right after their commit, and gateways get their new lists. */
export class FleetChanges implements FleetListener {
  readonly #deps: FleetChangesDeps
  readonly #toPush = new Set<string>()
  #pushing: Promise<void> | undefined

  constructor(deps: FleetChangesDeps) {
    this.#deps = deps
  }

  devicesChanged(deviceIds: readonly string[], gatewayIds: readonly string[]): void {
    const { fleet, records } = this.#deps
    const conditions = conditionsBySubject(readActiveConditions(records.db, deviceIds))
    const left = new Set(deviceIds)
    for (const row of readDevices(records.db, deviceIds)) {
      left.delete(row.id)
      const before = fleet.devices.get(row.id)
      const device = deviceFrom(
        row,
        conditions.get(row.id) ?? new Map(),
        before && stays(before, row.gateway_id) ? evidenceOf(before) : undefined,
      )
      fleet.putDevice(device)
    }
    for (const id of left) fleet.removeDevice(id)
    if (left.size > 0) this.#bury([...left])
    for (const id of gatewayIds) this.pushConfig(id)
    this.#deps.told({
      deviceIds: deviceIds.filter((id) => !left.has(id)),
      goneDeviceIds: [...left],
      ticketIds: [],
      gatewayIds,
    })
  }

  gatewayChanged(gatewayId: string): void {
    const { fleet, records } = this.#deps
    const [row] = readGateways(records.db, [gatewayId])
    const before = fleet.gateways.get(gatewayId)
    this.#deps.secretsChanged()
    if (!row) {
      fleet.removeGateway(gatewayId)
      this.#deps.gatewayGone(gatewayId)
      this.#deps.kick(gatewayId)
      this.#bury([gatewayId])
      return
    }
    const conditions =
      conditionsBySubject(readActiveConditions(records.db, [gatewayId])).get(gatewayId) ?? new Map()
    const fresh = gatewayFrom(row, conditions)
    const { clock, helloNewest, spoolDepth, clockOffsetMs } = before ?? fresh
    fleet.putGateway({ ...fresh, clock, helloNewest, spoolDepth, clockOffsetMs })
    // A new epoch means new credentials or a person's word: whoever is connected has to say hello again.
    if (before && before.epoch !== fresh.epoch) {
      this.#deps.kick(gatewayId)
      this.#deps.granted(gatewayId)
    }
    this.#deps.told({ deviceIds: [], goneDeviceIds: [], ticketIds: [], gatewayIds: [gatewayId] })
  }

  /** Sends a gateway its list, soon: many edits in a row are one push. */
  pushConfig(gatewayId: string): void {
    this.#toPush.add(gatewayId)
    this.#pushing ??= this.#push().finally(() => {
      this.#pushing = undefined
    })
  }

  async idle(): Promise<void> {
    await this.#pushing
  }

  async #push(): Promise<void> {
    await this.#deps.records.queue.idle()
    while (this.#toPush.size > 0) {
      const ids = [...this.#toPush]
      this.#toPush.clear()
      for (const id of ids) await this.#pushOne(id)
    }
  }

  async #pushOne(gatewayId: string): Promise<void> {
    if (this.#deps.fleet.gateways.get(gatewayId)?.helloNewest == null) return
    try {
      this.#deps.send(gatewayId, { leaf: 'config', body: await this.#deps.gatewayConfig(gatewayId) })
    } catch (error) {
      this.#deps.log.error({ err: error, gatewayId }, 'The device list of a gateway could not be made.')
    }
  }

  /** What was known of devices or gateways that are gone: their faults end, their series are forgotten. */
  #bury(subjectIds: readonly string[]): void {
    for (const id of subjectIds) void this.#deps.forgetSeries(id)
    const at = this.#deps.now()
    void this.#deps.records.queue.run(
      (db) => {
        for (const id of subjectIds)
          db.prepare('UPDATE condition SET until = ? WHERE subject_id = ? AND until IS NULL').run(at, id)
        return subjectIds.flatMap((id) => cancelTicketsOf(db, id, at))
      },
      (ticketIds) => this.#deps.told({ deviceIds: [], goneDeviceIds: [], ticketIds, gatewayIds: [] }),
    )
  }
}

const stays = (before: DeviceHealth, gatewayId: string): boolean => before.setup.gatewayId === gatewayId
