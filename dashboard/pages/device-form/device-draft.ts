import type { Device } from '@stillwatch/contract/api/devices.ts'
import { driverSettings } from '@stillwatch/contract/drivers/registry.ts'
import { type FieldSchema, sentValues, type Values } from './field-schema.ts'

/** A device as it stands in the form: everything may still be empty. */
export interface DeviceDraft {
  name: string
  siteId: string
  gatewayId: string
  kind: string
  address: string
  drivers: Record<string, Values>
  intervalS: number | ''
  silenceWindowS: number | ''
  recoveryHoldS: number | ''
  dependsOn: string[]
}

export const emptyDraft: DeviceDraft = {
  name: '',
  siteId: '',
  gatewayId: '',
  kind: '',
  address: '',
  drivers: {},
  intervalS: '',
  silenceWindowS: '',
  recoveryHoldS: '',
  dependsOn: [],
}

export const draftOf = (device: Device): DeviceDraft => ({
  name: device.name,
  siteId: device.siteId,
  gatewayId: device.gatewayId,
  kind: device.kind,
  address: device.address,
  drivers: device.drivers,
  intervalS: device.intervalS,
  silenceWindowS: device.silenceWindowS,
  recoveryHoldS: device.recoveryHoldS,
  dependsOn: device.dependsOn,
})

const schemas = driverSettings as Record<string, FieldSchema>

/** What is sent to the server: only what was filled in. */
export function sentDevice(draft: DeviceDraft): Record<string, unknown> {
  const { drivers, name, address, ...rest } = draft
  const filled = Object.entries({ name: name.trim(), address: address.trim(), ...rest }).filter(
    ([, value]) => value !== '',
  )
  const sentDrivers = Object.entries(drivers).map(([driver, values]) => [
    driver,
    sentValues(schemas[driver] ?? {}, values),
  ])
  return { ...Object.fromEntries(filled), drivers: Object.fromEntries(sentDrivers) }
}
