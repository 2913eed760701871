import { expect, test } from 'vitest'
import { ratePerSecond } from '../../../gateway/drivers/snmp/counters.ts'
import type { Oid, SnmpValue } from '../../../gateway/drivers/snmp/values.ts'
import { walk } from '../../../gateway/drivers/snmp/walk.ts'
import { MemoryAgent } from '../../fakes/memory-agent.ts'

/** An agent with an order of its own: each row is followed by the one the list names next, round and round. */
class CirclingAgent extends MemoryAgent {
  readonly #rows: readonly Oid[]

  constructor(rows: readonly Oid[]) {
    super([])
    this.#rows = rows
  }

  override async after(oid: Oid, count: number): Promise<[Oid, SnmpValue][]> {
    this.questions++
    const start = this.#rows.indexOf(oid) + 1
    return Array.from({ length: count }, (_, step) => [
      this.#rows[(start + step) % this.#rows.length] as Oid,
      1,
    ])
  }
}

for (const works of [true, false]) {
  const how = works ? 'GETBULK' : 'GETNEXT'

  test(`rows out of order are all read by ${how}, and going in circles ends`, async () => {
    const agent = new CirclingAgent(['1.2.5', '1.2.3', '1.2.9', '1.2.1'])
    const rows = await walk(agent, '1.2', 100, { works })
    expect([...rows.keys()]).toEqual(['1.2.5', '1.2.3', '1.2.9', '1.2.1'])
    expect(agent.questions).toBeLessThanOrEqual(5)
  })

  test(`a walk by ${how} stops at the end of its subtree and at its most rows`, async () => {
    const agent = new MemoryAgent(
      Array.from({ length: 50 }, (_, row): [Oid, SnmpValue] => [`1.2.${row}`, row]),
    )
    agent.values.set('1.3.1', 1)
    expect(await walk(agent, '1.2', 100, { works })).toHaveProperty('size', 50)
    expect(await walk(agent, '1.2', 7, { works })).toHaveProperty('size', 7)
    expect(await walk(agent, '1.2.4', 7, { works })).toHaveProperty('size', 0)
  })
}

test('a 32-bit counter that fell has wrapped, or was reset when that is too much to believe; a 64-bit one was reset', () => {
  const rate = (bits: 32 | 64, before: number, now: number) =>
    ratePerSecond('1', bits, new Map([['1', now]]), { replies: new Map([['1', before]]), elapsedS: 10 })
  expect(rate(32, 2 ** 32 - 100, 100)).toBe(20)
  expect(rate(32, 2 ** 31 - 100, 100)).toBeUndefined()
  expect(rate(64, 2 ** 32 - 100, 100)).toBeUndefined()
  expect(rate(64, 100, 200)).toBe(10)
})
