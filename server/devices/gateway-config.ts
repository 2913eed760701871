import type { DeviceAssignment, GatewayConfig } from '@stillwatch/contract/device.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { Kysely, Selectable } from 'kysely'
import type { Records } from '../store/records/records.ts'
import type { DeviceTable, Tables } from '../store/records/tables.ts'
import { type Seal, sealFor } from './seal.ts'
import { type MasterKey, openAtRest } from './sealed-at-rest.ts'
import { inTurns } from './slices.ts'

/** The device list of one gateway, by device id, credentials sealed to its key. Throws `not_found`, or `conflict` before it has enrolled. */
export async function gatewayConfig(
  records: Records,
  masterKey: MasterKey,
  gatewayId: string,
): Promise<GatewayConfig> {
  const { publicKey, configVersion, devices, ancestors } = await readList(records, gatewayId)
  const seal = sealFor(publicKey)
  return {
    configVersion,
    devices: await inTurns(devices, (device) =>
      toAssignment(device, ancestors.get(device.id) ?? [], masterKey, seal),
    ),
  }
}

/** One snapshot: a list must never carry the number of another. */
function readList(records: Records, gatewayId: string) {
  return records.read.transaction().execute(async (trx) => {
    const gateway = await trx
      .selectFrom('gateway')
      .select(['config_version', 'public_key'])
      .where('id', '=', gatewayId)
      .executeTakeFirst()
    if (!gateway) throw new StillwatchError('not_found')
    if (gateway.public_key === null) {
      throw new StillwatchError('conflict', 'This gateway has not enrolled yet.')
    }
    const devices = await trx
      .selectFrom('device')
      .selectAll()
      .where('gateway_id', '=', gatewayId)
      .orderBy('id')
      .execute()
    return {
      publicKey: gateway.public_key,
      configVersion: { generation: await generation(trx), version: gateway.config_version },
      devices,
      ancestors: await ancestorsOn(trx, gatewayId),
    }
  })
}

function toAssignment(
  device: Selectable<DeviceTable>,
  dependsOn: string[],
  masterKey: MasterKey,
  seal: Seal,
): DeviceAssignment {
  return {
    id: device.id,
    name: device.name,
    kind: device.kind,
    address: device.address,
    sealedDrivers: seal(device.id, openAtRest(masterKey, device.id, device.drivers_sealed)),
    intervalS: device.interval_s,
    silenceWindowS: device.silence_window_s,
    dependsOn,
  }
}

/** Ancestors on the same gateway only: it cannot probe another's. */
async function ancestorsOn(trx: Kysely<Tables>, gatewayId: string): Promise<Map<string, string[]>> {
  const edges = await trx
    .selectFrom('depends_on')
    .innerJoin('device', 'device.id', 'depends_on.device_id')
    .innerJoin('device as ancestor', 'ancestor.id', 'depends_on.ancestor_id')
    .select(['depends_on.device_id', 'depends_on.ancestor_id'])
    .where('device.gateway_id', '=', gatewayId)
    .where('ancestor.gateway_id', '=', gatewayId)
    .orderBy('depends_on.ancestor_id')
    .execute()
  const ancestors = new Map<string, string[]>()
  for (const { device_id, ancestor_id } of edges) {
    ancestors.set(device_id, [...(ancestors.get(device_id) ?? []), ancestor_id])
  }
  return ancestors
}

async function generation(trx: Kysely<Tables>): Promise<number> {
  const { value } = await trx
    .selectFrom('meta')
    .select('value')
    .where('key', '=', 'generation')
    .executeTakeFirstOrThrow()
  return Number(value)
}
