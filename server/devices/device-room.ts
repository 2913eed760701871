import type { Clock } from '@stillwatch/contract/time.ts'
import type { RawBuilder, SqlBool } from 'kysely'
import type { Records } from '../store/records/records.ts'
import type { MasterKey } from './sealed-at-rest.ts'

/** What changing devices takes. */
export interface DeviceRoom {
  records: Records
  masterKey: MasterKey
  clock: Clock
  fleet: {
    /** Called right after the commit, before any other change. */
    devicesChanged(deviceIds: readonly string[], gatewayIds: readonly string[]): void
  }
}

/** What the person behind a request may see, for `where` on a query that reads the table. */
export type InScope = (table: 'device' | 'device_view' | 'gateway' | 'site') => RawBuilder<SqlBool>
