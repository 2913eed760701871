import type { DeviceImportAnswer } from '@stillwatch/contract/api/devices.ts'
import type { Kysely } from 'kysely'
import { v7 as uuidv7 } from 'uuid'
import type { Tables } from '../store/records/tables.ts'
import { createDevices, type PlannedDevice } from './create.ts'
import type { DeviceRoom, InScope } from './device-room.ts'
import { type ImportError, type ImportRow, readImportFile } from './import-file.ts'
import { cyclesIn, lookUp, type Named, sameSite } from './import-names.ts'
import { inSlices } from './slices.ts'

/** Adds the devices of a CSV file, all or none. A dry run only says what it would do; so does a file with errors, naming every one. */
export async function importDevices(
  room: DeviceRoom,
  inScope: InScope,
  csv: string,
  dryRun: boolean,
): Promise<DeviceImportAnswer> {
  const { rows, errors } = await readImportFile(csv)
  const devices = await resolve(room.records.read, inScope, rows, errors)
  if (errors.length > 0) return { created: 0, errors: errors.sort((a, b) => a.line - b.line) }
  if (!dryRun) await createDevices(room, inScope, devices)
  return { created: devices.length, errors: [] }
}

/** Finds the sites, gateways and devices that the rows name; what cannot be found is added to the errors. */
async function resolve(
  read: Kysely<Tables>,
  inScope: InScope,
  rows: readonly ImportRow[],
  errors: ImportError[],
): Promise<PlannedDevice[]> {
  const places = await placesOf(read, inScope, rows, errors)
  const existing = await devicesAt(read, inScope, new Set(places.map(({ siteId }) => siteId)))
  const inFile: Named[] = rows.map((row, index) => ({
    id: uuidv7(),
    name: row.device.name ?? '',
    siteId: places[index]?.siteId ?? '',
  }))
  const known = sameSite([...existing, ...inFile])
  const devices = rows.map((row, index) => {
    const { id, name, siteId } = inFile[index] as Named
    // Its site is not known, which has been said: nothing else can be looked up.
    if (siteId === '') return { ...row.device, id, dependsOn: [] }
    if (name !== '' && known(siteId, name).some((other) => other.id !== id)) {
      errors.push({ line: row.line, column: 'name', message: `There is more than one ${name} at this site.` })
    }
    const dependsOn = row.dependsOn.flatMap((ancestor) => {
      const found = known(siteId, ancestor)
      if (found.length === 1) return found.map((one) => one.id)
      const message =
        found.length === 0 ? `There is no ${ancestor} at this site.` : `There are several called ${ancestor}.`
      errors.push({ line: row.line, column: 'dependsOn', message })
      return []
    })
    return {
      ...row.device,
      id,
      siteId,
      gatewayId: places[index]?.gatewayId ?? '',
      dependsOn: [...new Set(dependsOn)],
    }
  })
  const circular = cyclesIn(new Map(devices.map(({ id, dependsOn }) => [id, dependsOn])))
  devices.forEach(({ id }, index) => {
    if (!circular.has(id)) return
    errors.push({ line: rows[index]?.line ?? 1, column: 'dependsOn', message: 'It would depend on itself.' })
  })
  return devices
}

interface Place {
  siteId: string
  gatewayId: string
}

async function placesOf(
  read: Kysely<Tables>,
  inScope: InScope,
  rows: readonly ImportRow[],
  errors: ImportError[],
): Promise<Place[]> {
  const sites = await read
    .selectFrom('site')
    .select(['id', 'name', 'number'])
    .where(inScope('site'))
    .execute()
  const gateways = await read
    .selectFrom('gateway')
    .select(['id', 'name', 'site_id'])
    .where(inScope('gateway'))
    .execute()
  const findSite = lookUp(sites, (site) => [site.id, site.name, String(site.number)])
  const findGateway = lookUp(gateways, (gateway) => [gateway.id, `${gateway.site_id}/${gateway.name}`])
  return rows.map(({ line, site, gateway }) => {
    const [siteFound, ...otherSites] = findSite(site)
    if (!siteFound || otherSites.length > 0) {
      errors.push({ line, column: 'site', message: notOne('site', site, otherSites.length) })
      return { siteId: '', gatewayId: '' }
    }
    const found = [...findGateway(`${siteFound.id}/${gateway}`), ...findGateway(gateway)]
    const [gatewayFound, ...otherGateways] = found.filter((one) => one.site_id === siteFound.id)
    if (!gatewayFound || otherGateways.length > 0) {
      errors.push({ line, column: 'gateway', message: notOne('gateway', gateway, otherGateways.length) })
    }
    return { siteId: siteFound.id, gatewayId: gatewayFound?.id ?? '' }
  })
}

function notOne(what: 'site' | 'gateway', name: string, others: number): string {
  if (name === '') return 'This is missing.'
  return others > 0 ? `There is more than one ${what} called ${name}.` : `There is no ${what} called ${name}.`
}

async function devicesAt(
  read: Kysely<Tables>,
  inScope: InScope,
  siteIds: ReadonlySet<string>,
): Promise<Named[]> {
  const devices: Named[] = []
  for (const slice of inSlices([...siteIds])) {
    const rows = await read
      .selectFrom('device')
      .select(['id', 'name', 'site_id as siteId'])
      .where('site_id', 'in', slice)
      .where(inScope('device'))
      .execute()
    devices.push(...rows)
  }
  return devices
}
