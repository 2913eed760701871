import type { GatewayPatch } from '@stillwatch/contract/api/gateways.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { Kysely } from 'kysely'
import { v7 as uuid } from 'uuid'
import type { Tables } from '../store/records/tables.ts'
import { freshEpoch } from './enrol.ts'

type Db = Kysely<Tables>

/** Adds a gateway inside a transaction. Answers its id. */
export async function addGateway(
  trx: Db,
  gateway: { tenantId: string; siteId: string; name: string },
  now: number,
): Promise<string> {
  const id = uuid()
  await trx
    .insertInto('gateway')
    .values({
      id,
      tenant_id: gateway.tenantId,
      site_id: gateway.siteId,
      name: gateway.name,
      created_at: now,
    })
    .execute()
  return id
}

export async function changeGateway(trx: Db, id: string, patch: GatewayPatch, now: number): Promise<void> {
  if (patch.name !== undefined) {
    await trx.updateTable('gateway').set({ name: patch.name }).where('id', '=', id).execute()
  }
  if (!patch.confirmCloned) return
  const { link, epoch } = await trx
    .selectFrom('gateway')
    .select(['link', 'epoch'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
  if (link !== 'fenced') {
    throw new StillwatchError('conflict', 'There is nothing to confirm: this gateway is not fenced.', {
      link,
    })
  }
  await trx
    .updateTable('gateway')
    .set(freshEpoch(epoch + 1, now))
    .where('id', '=', id)
    .execute()
}

export async function removeGateway(trx: Db, id: string): Promise<void> {
  const { devices } = await trx
    .selectFrom('device')
    .select((eb) => eb.fn.countAll<number>().as('devices'))
    .where('gateway_id', '=', id)
    .executeTakeFirstOrThrow()
  if (devices > 0) {
    throw new StillwatchError('conflict', 'This gateway still has devices. Move or remove them first.', {
      devices,
    })
  }
  await trx.deleteFrom('gateway').where('id', '=', id).execute()
}
