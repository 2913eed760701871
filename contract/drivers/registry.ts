import Type, { type Static } from 'typebox'
import { MqttSettings } from './mqtt.ts'
import { secretsOptional } from './secret.ts'
import { SnmpSettings } from './snmp.ts'
import { TcpSettings } from './tcp.ts'

/** Settings of every protocol, as they cross the wire. Adding a protocol: its settings file and a line here, its folder and a line in the gateway. */
export const driverSettings = { snmp: SnmpSettings, mqtt: MqttSettings, tcp: TcpSettings } as const

export type DriverName = keyof typeof driverSettings

/** Protocols in which the device speaks for itself and is never asked. */
export const listenedDrivers: readonly DriverName[] = ['mqtt']

type Schemas = Record<string, ReturnType<typeof Type.Object>>

const mapped = (schemas: Schemas, change: (schema: Schemas[string]) => Schemas[string]) =>
  Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, Type.Optional(change(schema))]))

export type DriverSettings = { [K in DriverName]?: Static<(typeof driverSettings)[K]> }
export const DriverSettings = Type.Unsafe<DriverSettings>(
  Type.Object(
    mapped(driverSettings, (schema) => schema),
    { additionalProperties: false, minProperties: 1 },
  ),
)

/** The same in a change: an absent secret keeps the stored one, an empty one forgets it. */
export const DriverSettingsPatch = Type.Unsafe<DriverSettings>(
  Type.Object(mapped(driverSettings, secretsOptional), { additionalProperties: false, minProperties: 1 }),
)
