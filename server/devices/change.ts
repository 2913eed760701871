import type { DevicePatch } from '@stillwatch/contract/api/devices.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { say } from '@stillwatch/contract/sentences.ts'
import type { Kysely, Selectable, Updateable } from 'kysely'
import type { DeviceTable, Tables } from '../store/records/tables.ts'
import { assign, nextConfigVersion, unassign } from './config-version.ts'
import { driverColumns, limitsColumn } from './create.ts'
import { replaceDependencies } from './dependencies.ts'
import type { DeviceRoom, InScope } from './device-room.ts'
import { keepSecrets } from './driver-settings.ts'
import { checkPlace } from './placement.ts'
import { openAtRest } from './sealed-at-rest.ts'

export interface DeviceChange {
  siteChanged: boolean
}

/**
 * Changes a device, or moves it to another gateway: what its old gateway still sends of it is history from then on. Throws `not_found`,
 * `bad_request` or `conflict` as the checks of places, drivers, limits and dependencies do.
 */
export function changeDevice(
  room: DeviceRoom,
  inScope: InScope,
  id: string,
  patch: DevicePatch,
): Promise<DeviceChange> {
  let gatewayIds: string[] = []
  return room.records.write(
    async (trx) => {
      const before = await deviceInScope(trx, inScope, id)
      const place = {
        siteId: patch.siteId ?? before.site_id,
        gatewayId: patch.gatewayId ?? before.gateway_id,
      }
      const moves = place.gatewayId !== before.gateway_id
      if (moves || place.siteId !== before.site_id) await checkPlace(trx, inScope, place, moves ? 1 : 0)
      await trx
        .updateTable('device')
        .set({ ...changedColumns(room, before, patch), site_id: place.siteId, gateway_id: place.gatewayId })
        .where('id', '=', id)
        .execute()
      if (patch.dependsOn) await replaceDependencies(trx, inScope, new Map([[id, patch.dependsOn]]))
      gatewayIds = [...new Set([before.gateway_id, place.gatewayId])]
      const version = await nextConfigVersion(trx, gatewayIds)
      if (moves) {
        await unassign(trx, id, version)
        await assign(trx, [{ id, gateway_id: place.gatewayId }], version)
        await handOver(trx, id, room.clock.now())
      }
      return { siteChanged: place.siteId !== before.site_id }
    },
    () => room.fleet.devicesChanged([id], gatewayIds),
  )
}

/** Removes a device. Its tickets and its history stay; those who depended on it no longer do. */
export async function removeDevice(room: DeviceRoom, inScope: InScope, id: string): Promise<void> {
  let touched: { deviceIds: string[]; gatewayIds: string[] } = { deviceIds: [], gatewayIds: [] }
  await room.records.write(
    async (trx) => {
      const device = await deviceInScope(trx, inScope, id)
      const behind = await trx
        .selectFrom('depends_on')
        .innerJoin('device', 'device.id', 'depends_on.device_id')
        .select(['device.id', 'device.gateway_id'])
        .where('ancestor_id', '=', id)
        .execute()
      touched = {
        deviceIds: [id, ...behind.map((child) => child.id)],
        gatewayIds: [...new Set([device, ...behind].map((one) => one.gateway_id))],
      }
      await trx.deleteFrom('device').where('id', '=', id).execute()
      const version = await nextConfigVersion(trx, touched.gatewayIds)
      await unassign(trx, id, version)
    },
    () => room.fleet.devicesChanged(touched.deviceIds, touched.gatewayIds),
  )
}

/** Its new gateway has a watch clock of its own: what was measured on the old one means nothing on it. */
async function handOver(trx: Kysely<Tables>, id: string, now: number): Promise<void> {
  await trx
    .updateTable('device_state')
    .set({
      state: 'unknown',
      since: now,
      reason: JSON.stringify(say('state.handed_over')),
      restarted_watched: null,
      limit_tracks: '[]',
    })
    .where('device_id', '=', id)
    .execute()
  await trx
    .updateTable('condition')
    .set({ recovered_at: null, clears_watched: null })
    .where('subject_id', '=', id)
    .where('until', 'is', null)
    .execute()
}

async function deviceInScope(
  trx: Kysely<Tables>,
  inScope: InScope,
  id: string,
): Promise<Selectable<DeviceTable>> {
  const device = await trx
    .selectFrom('device')
    .selectAll()
    .where('id', '=', id)
    .where(inScope('device'))
    .executeTakeFirst()
  if (!device) throw new StillwatchError('not_found')
  return device
}

function changedColumns(
  { masterKey }: DeviceRoom,
  before: Selectable<DeviceTable>,
  patch: DevicePatch,
): Updateable<DeviceTable> {
  const columns: Updateable<DeviceTable> = {
    name: patch.name ?? before.name,
    kind: patch.kind ?? before.kind,
    profile: patch.profile ?? before.profile,
    address: patch.address ?? before.address,
    interval_s: patch.intervalS ?? before.interval_s,
    silence_window_s: patch.silenceWindowS ?? before.silence_window_s,
    recovery_hold_s: patch.recoveryHoldS ?? before.recovery_hold_s,
  }
  if (patch.limits) columns.limits = limitsColumn(patch.limits)
  if (!patch.drivers) return columns
  const stored = openAtRest(masterKey, before.id, before.drivers_sealed)
  return { ...columns, ...driverColumns(masterKey, before.id, keepSecrets(patch.drivers, stored)) }
}
