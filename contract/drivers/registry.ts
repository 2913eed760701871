import Type, { type Static } from 'typebox'
import { MqttSettings } from './mqtt.ts'
import { SnmpSettings } from './snmp.ts'

/** Settings of every protocol, as they cross the wire. Adding a protocol: its settings file and a line here, its folder and a line in the gateway. */
export const driverSettings = { snmp: SnmpSettings, mqtt: MqttSettings } as const

export type DriverName = keyof typeof driverSettings

const optional = <T extends Record<string, ReturnType<typeof Type.Object>>>(schemas: T) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, Type.Optional(schema)]))

export type DriverSettings = { [K in DriverName]?: Static<(typeof driverSettings)[K]> }
export const DriverSettings = Type.Unsafe<DriverSettings>(
  Type.Object(optional(driverSettings), { additionalProperties: false, minProperties: 1 }),
)
