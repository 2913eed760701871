import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { Kysely } from 'kysely'
import type { Tables } from '../store/records/tables.ts'
import type { InScope } from './device-room.ts'

/** More do not fit into one device list (contract/device.ts). */
const DEVICES_PER_GATEWAY = 20_000

export interface Place {
  siteId: string
  gatewayId: string
}

/**
 * Checks that a gateway can take `more` devices for a site, and says whose it is. Throws `not_found` for a gateway out of scope,
 * `bad_request` when it stands at another site, `conflict` when it is full.
 */
export async function checkPlace(
  trx: Kysely<Tables>,
  inScope: InScope,
  { siteId, gatewayId }: Place,
  more: number,
): Promise<{ tenantId: string }> {
  const gateway = await trx
    .selectFrom('gateway')
    .select(['tenant_id', 'site_id'])
    .where('id', '=', gatewayId)
    .where(inScope('gateway'))
    .executeTakeFirst()
  if (!gateway) throw new StillwatchError('not_found', 'There is no such gateway.', { gatewayId })
  if (gateway.site_id !== siteId) {
    throw new StillwatchError('bad_request', 'This gateway stands at another site.', {
      siteId: 'is not the site of this gateway',
    })
  }
  const { count } = await trx
    .selectFrom('device')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('gateway_id', '=', gatewayId)
    .executeTakeFirstOrThrow()
  if (count + more > DEVICES_PER_GATEWAY) {
    throw new StillwatchError('conflict', `A gateway takes at most ${DEVICES_PER_GATEWAY} devices.`, {
      gatewayId,
      devices: count,
    })
  }
  return { tenantId: gateway.tenant_id }
}
