import type { DriverName } from '@stillwatch/contract/drivers/registry.ts'
import type { OpenDriver } from './driver.ts'
import { openMqtt } from './mqtt/driver.ts'
import { openSnmp } from './snmp/driver.ts'
import { openTcp } from './tcp/driver.ts'

/** Every protocol this gateway speaks: a folder and a line. */
export const drivers = { snmp: openSnmp, mqtt: openMqtt, tcp: openTcp } satisfies {
  [K in DriverName]: OpenDriver<K>
}
