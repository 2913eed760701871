import { IdParams } from '@stillwatch/contract/api/common.ts'
import {
  Device,
  DeviceImport,
  DeviceImportAnswer,
  DevicePage,
  DevicePatch,
  DeviceQuery,
  NewDevice,
} from '@stillwatch/contract/api/devices.ts'
import Type from 'typebox'
import { inScope } from '../access/scope.ts'
import { officeSetup, type Viewer } from '../access/viewer.ts'
import type { HealthView } from '../health/view.ts'
import { IMPORT_BODY_LIMIT_BYTES } from '../http/app.ts'
import type { App } from '../http/app-type.ts'
import { changeDevice, removeDevice } from './change.ts'
import { createDevices, planned } from './create.ts'
import { deviceDetail, deviceForOwner } from './detail.ts'
import type { DeviceRoom, InScope } from './device-room.ts'
import { importDevices } from './import.ts'
import { listDevices } from './list.ts'
import { summaryForOwner } from './summaries.ts'

export interface DeviceDeps extends DeviceRoom {
  health: HealthView
  /** These left the sites of some viewers: their browsers are to forget them. */
  gone(deviceIds: readonly string[]): void
}

const tags = ['devices']
const scopeOf =
  (viewer: Viewer): InScope =>
  (table) =>
    inScope(viewer, table)

/** Devices: everybody reads those of their sites (owners without addresses and drivers), the office changes them. */
export function deviceRoutes(app: App, deps: DeviceDeps): void {
  readingRoutes(app, deps)
  changingRoutes(app, deps)
  importRoute(app, deps)
}

function readingRoutes(app: App, deps: DeviceDeps): void {
  app.get(
    '/api/v1/devices',
    {
      config: { may: 'signed_in' },
      schema: {
        summary: 'Devices, by name',
        description: 'An owner gets no addresses, and cannot search by them.',
        tags,
        querystring: DeviceQuery,
        response: { 200: DevicePage },
      },
    },
    async ({ viewer, query }) => {
      const isOwner = viewer.role === 'owner'
      const list = await listDevices(deps.records, deps.health, scopeOf(viewer), query, !isOwner)
      return isOwner ? { ...list, items: list.items.map(summaryForOwner) } : list
    },
  )

  app.get(
    '/api/v1/devices/:id',
    {
      config: { may: 'signed_in' },
      schema: {
        summary: 'One device, with everything known of it',
        description:
          'For an owner address, drivers and secrets are empty, and checks and conditions come without their details.',
        tags,
        params: IdParams,
        response: { 200: Device },
      },
    },
    ({ viewer, params }) => readDevice(deps, viewer, params.id),
  )
}

async function readDevice({ records, health }: DeviceDeps, viewer: Viewer, id: string): Promise<Device> {
  const device = await deviceDetail(records, health, scopeOf(viewer), id)
  return viewer.role === 'owner' ? deviceForOwner(device) : device
}

function changingRoutes(app: App, deps: DeviceDeps): void {
  app.post(
    '/api/v1/devices',
    {
      config: { may: officeSetup, answers: ['not_found', 'conflict'] },
      schema: { summary: 'Add a device', tags, body: NewDevice, response: { 201: Device } },
    },
    async ({ viewer, body }, reply) => {
      const device = planned(body)
      await createDevices(deps, scopeOf(viewer), [device])
      return reply.code(201).send(await readDevice(deps, viewer, device.id))
    },
  )

  app.patch(
    '/api/v1/devices/:id',
    {
      config: { may: officeSetup, answers: ['conflict'] },
      schema: {
        summary: 'Change a device, or move it to another gateway',
        description:
          'Drivers are replaced as a whole; a secret that is left out stays as it was, an empty one is forgotten.',
        tags,
        params: IdParams,
        body: DevicePatch,
        response: { 200: Device },
      },
    },
    async ({ viewer, params: { id }, body }) => {
      const { siteChanged } = await changeDevice(deps, scopeOf(viewer), id, body)
      if (siteChanged) deps.gone([id])
      return readDevice(deps, viewer, id)
    },
  )

  app.delete(
    '/api/v1/devices/:id',
    {
      config: { may: officeSetup },
      schema: { summary: 'Remove a device', tags, params: IdParams, response: { 204: Type.Null() } },
    },
    async ({ viewer, params: { id } }, reply) => {
      await removeDevice(deps, scopeOf(viewer), id)
      return reply.code(204).send(null)
    },
  )
}

function importRoute(app: App, deps: DeviceDeps): void {
  app.post(
    '/api/v1/devices/import',
    {
      bodyLimit: IMPORT_BODY_LIMIT_BYTES,
      config: { may: officeSetup, answers: ['conflict'], rateLimit: { max: 30, timeWindow: '1 minute' } },
      schema: {
        summary: 'Add devices from a CSV file, all or none',
        description:
          'A dry run, unless told otherwise. Every error comes at once, with its line and column; nothing is added while there is one.',
        tags,
        body: DeviceImport,
        response: { 200: DeviceImportAnswer },
      },
    },
    ({ viewer, body }) => importDevices(deps, scopeOf(viewer), body.csv, body.dryRun ?? true),
  )
}
