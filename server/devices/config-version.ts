import type { Kysely } from 'kysely'
import type { Tables } from '../store/records/tables.ts'

/**
 * Takes the next number of the device lists and gives it to these gateways. Once per transaction: the number says which list a batch was
 * made under, and with it who owned a device then.
 */
export async function nextConfigVersion(trx: Kysely<Tables>, gatewayIds: readonly string[]): Promise<number> {
  const { value } = await trx
    .insertInto('meta')
    .values({ key: 'config_version', value: '1' })
    .onConflict((conflict) =>
      conflict.column('key').doUpdateSet((eb) => ({
        value: eb.cast<string>(eb(eb.cast<number>('meta.value', 'integer'), '+', 1), 'text'),
      })),
    )
    .returning('value')
    .executeTakeFirstOrThrow()
  await trx
    .updateTable('gateway')
    .set({ config_version: Number(value) })
    .where('id', 'in', gatewayIds)
    .execute()
  return Number(value)
}

export async function assign(
  trx: Kysely<Tables>,
  devices: readonly { id: string; gateway_id: string }[],
  version: number,
): Promise<void> {
  await trx
    .insertInto('assignment')
    .values(
      devices.map(({ id, gateway_id }) => ({
        device_id: id,
        gateway_id,
        from_version: version,
        to_version: null,
      })),
    )
    .execute()
}

export async function unassign(trx: Kysely<Tables>, deviceId: string, version: number): Promise<void> {
  await trx
    .updateTable('assignment')
    .set({ to_version: version })
    .where('device_id', '=', deviceId)
    .where('to_version', 'is', null)
    .execute()
}
