import type { Role } from '@stillwatch/contract/roles.ts'

/** Who sits behind a connection, as far as the live push needs to know. */
export interface LiveViewer {
  accountId: string
  tenantId: string
  role: Role
  siteIds: readonly string[] | 'all'
}

/**
 * The rooms a person belongs to: everything of the tenant, or one room per site. Owners have rooms of their own, because what they are
 * shown leaves out how to reach a device.
 */
export function roomsOf({ tenantId, role, siteIds }: LiveViewer): string[] {
  if (siteIds === 'all') return [tenantRoom(tenantId)]
  return siteIds.map(role === 'owner' ? ownerRoom : siteRoom)
}

const tenantRoom = (tenantId: string): string => `tenant ${tenantId}`
const siteRoom = (siteId: string): string => `site ${siteId}`
const ownerRoom = (siteId: string): string => `owner ${siteId}`

export interface Parcel<T> {
  room: string
  items: T[]
}

/** Which room gets which of these things, each by its site. A room nobody sits in gets no parcel. */
export function parcels<T extends { siteId: string }>(
  things: readonly T[],
  tenantOf: ReadonlyMap<string, string>,
  isOccupied: (room: string) => boolean,
  forOwner: (thing: T) => T,
): Parcel<T>[] {
  const byRoom = new Map<string, T[]>()
  const put = (room: string, item: () => T): void => {
    if (!isOccupied(room)) return
    const items = byRoom.get(room)
    if (items) items.push(item())
    else byRoom.set(room, [item()])
  }
  for (const thing of things) {
    const tenantId = tenantOf.get(thing.siteId)
    if (tenantId !== undefined) put(tenantRoom(tenantId), () => thing)
    put(siteRoom(thing.siteId), () => thing)
    put(ownerRoom(thing.siteId), () => forOwner(thing))
  }
  return [...byRoom].map(([room, items]) => ({ room, items }))
}
