import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pino } from 'pino'
import type { DeviceAssignment, GatewayConfig } from '../../contract/device.ts'
import type { DriverSettings } from '../../contract/drivers/registry.ts'
import type { Batch } from '../../contract/road.ts'
import { type Identity, keysFor } from '../../gateway/enrol/identity.ts'
import { createGateway, type Gateway, type GatewayOptions } from '../../gateway/gateway.ts'
import { decodeFrame } from '../../gateway/uplink/frames.ts'
import { sealFor } from '../../server/devices/seal.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { FakeSite } from '../fakes/fake-drivers.ts'

/** Nothing listens there: the link stays down. */
export const NOWHERE = 'mqtt://127.0.0.1:9'

export const silentLog = pino({ level: 'silent' })

export function identityIn(dataDir: string, mqttUrl: string, more: Partial<Identity> = {}): Identity {
  return { ...keysFor(dataDir, 'CODE'), gatewayId: 'gateway-1', epoch: 1, mqttUrl, enrolledAt: 0, ...more }
}

export interface DeviceWish extends Partial<DeviceAssignment> {
  id: string
  drivers?: DriverSettings
}

/** A device list as the server would send it, sealed to this gateway. */
export function deviceList(
  identity: Identity,
  version: number,
  devices: readonly DeviceWish[],
): GatewayConfig {
  const seal = sealFor(identity.publicKey)
  return {
    configVersion: { generation: 1, version },
    devices: devices.map(({ id, drivers, ...more }) => ({
      id,
      name: `device ${id}`,
      kind: 'other',
      address: '127.0.0.1',
      sealedDrivers: seal(id, drivers ?? { snmp: { port: 161, version: '2c', timeoutMs: 2_000 } }),
      intervalS: 20,
      silenceWindowS: 60,
      dependsOn: [],
      ...more,
    })),
  }
}

export const listened: DriverSettings = { mqtt: { topic: 'door/1', offlinePayload: 'offline' } }

/** The real gateway around a scripted site, with time held still. */
export async function startSite(dataDir: string, identity: Identity, more: Partial<GatewayOptions> = {}) {
  const clock = more.clock instanceof FakeClock ? more.clock : new FakeClock()
  const site = new FakeSite()
  const gateway: Gateway = await createGateway({
    identity,
    dataDir,
    drivers: site.drivers,
    log: silentLog,
    software: 'test',
    random: () => 0.5,
    statusPort: -1,
    ...more,
    clock,
  })
  return { clock, site, gateway }
}

/** Every batch in the spool of this directory, oldest first. */
export function spooled(dataDir: string): Batch[] {
  const db = new DatabaseSync(join(dataDir, 'spool.db'), { readOnly: true })
  try {
    const rows = db.prepare('SELECT body FROM batch ORDER BY seq').all()
    return rows.map((row) => decodeFrame(row.body as Uint8Array) as Batch)
  } finally {
    db.close()
  }
}
