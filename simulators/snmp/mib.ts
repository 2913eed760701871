import { encode, encodeInteger, encodeOid, tag } from './ber.ts'

type Typed<T> = T | (() => T)

/** A value an agent serves; a function is asked anew for every answer. */
export type MibValue =
  | { type: 'integer' | 'counter32' | 'gauge32' | 'timeTicks'; value: Typed<number> }
  | { type: 'counter64'; value: Typed<bigint> }
  | { type: 'octetString'; value: Typed<string | Buffer> }
  | { type: 'objectId'; value: Typed<string> }

export type MibValues = Readonly<Record<string, MibValue>>

export function encodeValue(entry: MibValue): Buffer {
  const value = typeof entry.value === 'function' ? entry.value() : entry.value
  if (typeof value === 'number' || typeof value === 'bigint') return encodeInteger(tag[entry.type], value)
  if (entry.type === 'objectId' && typeof value === 'string') return encodeOid(value)
  return encode(tag.octetString, Buffer.from(value as string))
}

/** Values in the order in which an agent must hand them out. */
export class Mib {
  readonly #values = new Map<string, MibValue>()
  #ordered: string[] | undefined

  constructor(values: MibValues) {
    for (const [oid, value] of Object.entries(values)) this.set(oid, value)
  }

  set(oid: string, value: MibValue): void {
    if (!this.#values.has(oid)) this.#ordered = undefined
    this.#values.set(oid, value)
  }

  delete(oid: string): void {
    if (this.#values.delete(oid)) this.#ordered = undefined
  }

  get(oid: string): MibValue | undefined {
    return this.#values.get(oid)
  }

  /** The first object id after `oid`, whether or not `oid` itself exists; undefined at the end. */
  after(oid: string): string | undefined {
    this.#ordered ??= [...this.#values.keys()].sort(compareOids)
    let low = 0
    let high = this.#ordered.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (compareOids(this.#ordered[middle] ?? '', oid) <= 0) low = middle + 1
      else high = middle
    }
    return this.#ordered[low]
  }
}

function compareOids(a: string, b: string): number {
  const left = a.split('.')
  const right = b.split('.')
  for (const [at, arc] of left.entries()) {
    const difference = Number(arc) - Number(right[at] ?? -1)
    if (difference !== 0) return difference
  }
  return left.length - right.length
}
