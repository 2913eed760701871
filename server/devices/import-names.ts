export interface Named {
  id: string
  name: string
  siteId: string
}

/** Finds things by any of their names, whatever the case. */
export function lookUp<T>(things: readonly T[], namesOf: (thing: T) => string[]): (name: string) => T[] {
  const byName = new Map<string, T[]>()
  for (const thing of things) {
    for (const name of new Set(namesOf(thing).map(folded))) {
      const same = byName.get(name)
      if (same) same.push(thing)
      else byName.set(name, [thing])
    }
  }
  return (name) => byName.get(folded(name)) ?? []
}

/** Devices of one name at one site. */
export function sameSite(devices: readonly Named[]): (siteId: string, name: string) => Named[] {
  const key = (siteId: string, name: string) => `${siteId}/${name}`
  const find = lookUp(devices, (device) => [key(device.siteId, device.name)])
  return (siteId, name) => find(key(siteId, name))
}

const folded = (name: string): string => name.normalize('NFC').toLowerCase()

/** The ids that lie on a circle or above one; edges to ids not in the map lead nowhere. */
export function cyclesIn(dependsOn: ReadonlyMap<string, readonly string[]>): Set<string> {
  // Whatever depends on nothing that is left cannot be on a circle: take it away until nothing changes.
  const waitsFor = new Map<string, number>()
  const dependants = new Map<string, string[]>()
  for (const [id, ancestors] of dependsOn) {
    const known = ancestors.filter((ancestor) => dependsOn.has(ancestor))
    waitsFor.set(id, known.length)
    for (const ancestor of known) {
      const children = dependants.get(ancestor)
      if (children) children.push(id)
      else dependants.set(ancestor, [id])
    }
  }
  const free = [...waitsFor].filter(([, count]) => count === 0).map(([id]) => id)
  for (let id = free.pop(); id !== undefined; id = free.pop()) {
    waitsFor.delete(id)
    for (const child of dependants.get(id) ?? []) {
      const left = (waitsFor.get(child) ?? 0) - 1
      waitsFor.set(child, left)
      if (left === 0) free.push(child)
    }
  }
  return new Set(waitsFor.keys())
}
