import type { Agent } from '../../gateway/drivers/snmp/client.ts'
import { SnmpFailure } from '../../gateway/drivers/snmp/failure.ts'
import type { Oid, SnmpValue } from '../../gateway/drivers/snmp/values.ts'

/** An agent without a network: what it has is a map, what it was asked is counted. */
export class MemoryAgent implements Agent {
  readonly values: Map<Oid, SnmpValue>
  questions = 0
  /** More than this in one GET is answered by tooBig. */
  mostValues = 1_000
  bulkWorks = true

  constructor(values: Iterable<[Oid, SnmpValue]>) {
    this.values = new Map(values)
  }

  async get(oids: readonly Oid[]): Promise<Map<Oid, SnmpValue>> {
    this.questions++
    if (oids.length > this.mostValues) throw new SnmpFailure('protocol_error', true, 'tooBig', 'too_big')
    return new Map(oids.flatMap((oid) => this.#has(oid)))
  }

  async after(oid: Oid, count: number): Promise<[Oid, SnmpValue][]> {
    this.questions++
    if (count > 1 && !this.bulkWorks) throw new SnmpFailure('timeout', false, 'no answer', 'unheard')
    return [...this.values]
      .filter(([other]) => follows(other, oid))
      .sort(([a], [b]) => (follows(a, b) ? 1 : -1))
      .slice(0, count)
  }

  #has(oid: Oid): [Oid, SnmpValue][] {
    const value = this.values.get(oid)
    return value === undefined ? [] : [[oid, value]]
  }
}

function follows(oid: Oid, other: Oid): boolean {
  const left = oid.split('.').map(Number)
  const right = other.split('.').map(Number)
  for (const [at, arc] of left.entries()) {
    const against = right[at]
    if (against === undefined) return true
    if (arc !== against) return arc > against
  }
  return false
}
