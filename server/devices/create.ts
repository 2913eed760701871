import type { NewDevice } from '@stillwatch/contract/api/devices.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { Kysely } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { Tables } from '../store/records/tables.ts'
import { assign, nextConfigVersion } from './config-version.ts'
import { replaceDependencies } from './dependencies.ts'
import type { DeviceRoom, InScope } from './device-room.ts'
import { completeDrivers, isListenedOnly, publicDrivers } from './driver-settings.ts'
import { checkPlace } from './placement.ts'
import { sealAtRest } from './sealed-at-rest.ts'
import { inSlices, inTurns } from './slices.ts'
import { limitProblems, watchSettings } from './watch-settings.ts'

/** A device to be added. Its id is known beforehand, so that others added with it can depend on it. */
export type PlannedDevice = NewDevice & { id: string }

export const planned = (device: NewDevice): PlannedDevice => ({ ...device, id: uuidv7() })

/**
 * Adds devices, all or none, under one new configuration version. Throws `not_found`, `bad_request` or `conflict` as the checks of
 * places, drivers, limits and dependencies do. Two devices of one name are allowed: buildings do have two back doors.
 */
export async function createDevices(
  room: DeviceRoom,
  inScope: InScope,
  devices: readonly PlannedDevice[],
): Promise<void> {
  if (devices.length === 0) return
  const deviceIds = devices.map((device) => device.id)
  const gatewayIds = [...new Set(devices.map((device) => device.gatewayId))]
  const settings = await inTurns(devices, (device) => settingColumns(room, device))
  await room.records.write(
    async (trx) => {
      const tenants = await checkPlaces(trx, inScope, devices)
      const rows = settings.map((columns) => ({
        ...columns,
        tenant_id: tenants.get(columns.gateway_id) as string,
      }))
      for (const slice of inSlices(rows)) await trx.insertInto('device').values(slice).execute()
      await replaceDependencies(
        trx,
        inScope,
        new Map(devices.map(({ id, dependsOn }) => [id, dependsOn ?? []])),
      )
      const version = await nextConfigVersion(trx, gatewayIds)
      for (const slice of inSlices(rows)) await assign(trx, slice, version)
    },
    () => room.fleet.devicesChanged(deviceIds, gatewayIds),
  )
}

/** The tenant of each gateway. */
async function checkPlaces(
  trx: Kysely<Tables>,
  inScope: InScope,
  devices: readonly PlannedDevice[],
): Promise<Map<string, string>> {
  const places = new Map<string, { siteId: string; gatewayId: string; more: number }>()
  for (const { siteId, gatewayId } of devices) {
    const key = JSON.stringify([siteId, gatewayId])
    const more = (places.get(key)?.more ?? 0) + 1
    places.set(key, { siteId, gatewayId, more })
  }
  const tenants = new Map<string, string>()
  for (const place of places.values()) {
    const { tenantId } = await checkPlace(trx, inScope, place, place.more)
    tenants.set(place.gatewayId, tenantId)
  }
  return tenants
}

/** Everything of its row that follows from the device alone. */
function settingColumns({ masterKey, clock }: DeviceRoom, device: PlannedDevice) {
  const { intervalS, silenceWindowS } = watchSettings(device)
  return {
    id: device.id,
    site_id: device.siteId,
    gateway_id: device.gatewayId,
    name: device.name,
    kind: device.kind,
    profile: device.profile ?? null,
    address: device.address,
    ...driverColumns(masterKey, device.id, device.drivers),
    interval_s: intervalS,
    silence_window_s: silenceWindowS,
    recovery_hold_s: device.recoveryHoldS ?? null,
    limits: limitsColumn(device.limits ?? []),
    created_at: clock.now(),
  }
}

/** Validated, with defaults: sealed for us, and as a person may see them. */
export function driverColumns(masterKey: Uint8Array, deviceId: string, given: unknown) {
  const drivers = completeDrivers(given)
  return {
    drivers_sealed: sealAtRest(masterKey, deviceId, drivers),
    drivers_public: JSON.stringify(publicDrivers(drivers)),
    listened_only: isListenedOnly(drivers) ? 1 : 0,
  }
}

export function limitsColumn(limits: NonNullable<NewDevice['limits']>): string {
  const problems = limitProblems(limits)
  if (Object.keys(problems).length > 0) throw new StillwatchError('bad_request', undefined, problems)
  return JSON.stringify(limits)
}
