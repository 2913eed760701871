import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../store/records/tables.ts'
import type { InScope } from './device-room.ts'
import { inSlices } from './slices.ts'

/**
 * Says anew what these devices depend on. Throws `bad_request` for an ancestor that does not exist or is out of scope, `conflict` when a
 * device would, over others or directly, depend on itself.
 */
export async function replaceDependencies(
  trx: Kysely<Tables>,
  inScope: InScope,
  dependsOn: ReadonlyMap<string, readonly string[]>,
): Promise<void> {
  const deviceIds = [...dependsOn.keys()]
  const edges = [...dependsOn].flatMap(([device_id, ancestors]) =>
    ancestors.map((ancestor_id) => ({ device_id, ancestor_id })),
  )
  await checkAncestors(trx, inScope, new Set(edges.map((edge) => edge.ancestor_id)))
  for (const ids of inSlices(deviceIds)) {
    await trx.deleteFrom('depends_on').where('device_id', 'in', ids).execute()
  }
  for (const slice of inSlices(edges)) await trx.insertInto('depends_on').values(slice).execute()
  for (const ids of inSlices(deviceIds)) await refuseCircles(trx, ids)
}

async function checkAncestors(
  trx: Kysely<Tables>,
  inScope: InScope,
  ancestorIds: ReadonlySet<string>,
): Promise<void> {
  const missing = new Set(ancestorIds)
  for (const ids of inSlices([...ancestorIds])) {
    const found = await trx
      .selectFrom('device')
      .select('id')
      .where('id', 'in', ids)
      .where(inScope('device'))
      .execute()
    for (const { id } of found) missing.delete(id)
  }
  if (missing.size === 0) return
  throw new StillwatchError('bad_request', 'It depends on a device that does not exist.', {
    dependsOn: `unknown: ${[...missing].slice(0, 16).join(', ')}`,
  })
}

async function refuseCircles(trx: Kysely<Tables>, deviceIds: readonly string[]): Promise<void> {
  const { rows } = await sql<{ start: string }>`
    WITH RECURSIVE above(start, id) AS (
      SELECT device_id, ancestor_id FROM depends_on WHERE device_id IN (SELECT value FROM json_each(${JSON.stringify(deviceIds)}))
      UNION
      SELECT above.start, depends_on.ancestor_id FROM above JOIN depends_on ON depends_on.device_id = above.id
    )
    SELECT start FROM above WHERE start = id LIMIT 1`.execute(trx)
  if (rows.length === 0) return
  throw new StillwatchError('conflict', 'A device cannot depend on itself, nor on one that depends on it.', {
    dependsOn: 'makes a circle',
    deviceId: rows[0]?.start,
  })
}
