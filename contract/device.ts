import Type, { type Static } from 'typebox'
import { ConfigVersion } from './road.ts'

export const deviceKinds = [
  'camera',
  'recorder',
  'panel',
  'detector',
  'controller',
  'door',
  'reader',
  'switch',
  'ups',
  'sensor',
  'service',
  'other',
] as const
export type DeviceKind = (typeof deviceKinds)[number]

/** One device as its gateway knows it. The driver settings hold credentials, so they travel sealed to the gateway's key. */
export const DeviceAssignment = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  name: Type.String({ maxLength: 200 }),
  kind: Type.Enum([...deviceKinds]),
  address: Type.String({ maxLength: 255 }),
  sealedDrivers: Type.String(),
  intervalS: Type.Number({ minimum: 1 }),
  silenceWindowS: Type.Number({ minimum: 1 }),
  /** Ancestors on the same gateway, to be probed when this device misses. */
  dependsOn: Type.Array(Type.String()),
})
export type DeviceAssignment = Static<typeof DeviceAssignment>

/** The whole device list of one gateway, as pushed by the server and cached on the gateway's disk. */
export const GatewayConfig = Type.Object({
  configVersion: ConfigVersion,
  devices: Type.Array(DeviceAssignment, { maxItems: 20_000 }),
})
export type GatewayConfig = Static<typeof GatewayConfig>
