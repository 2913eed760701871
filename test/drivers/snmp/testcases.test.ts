import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Inventory } from '../../../gateway/drivers/snmp/inventory.ts'
import { PackSize, readAll } from '../../../gateway/drivers/snmp/read.ts'
import { toSamples } from '../../../gateway/drivers/snmp/to-samples.ts'
import { uptimeOf } from '../../../gateway/drivers/snmp/uptime.ts'
import type { SnmpValue } from '../../../gateway/drivers/snmp/values.ts'
import { MemoryAgent } from '../../fakes/memory-agent.ts'

type Written = number | string | { oid: string } | { counter64: string }

interface TestCase {
  says: string
  agent: Record<string, Written>
  later?: { afterS: number; agent: Record<string, Written> }
  facts: Record<string, string>
  samples: Record<string, number>
}

const folder = join(import.meta.dirname, '../../../gateway/drivers/snmp/testcases')

function read(values: Record<string, Written>): [string, SnmpValue][] {
  return Object.entries(values).map(([oid, value]) => {
    if (typeof value === 'number') return [oid, value]
    if (typeof value === 'string') return [oid, Buffer.from(value)]
    return [oid, 'oid' in value ? value.oid : BigInt(value.counter64)]
  })
}

for (const file of readdirSync(folder)) {
  const {
    says,
    agent: written,
    later,
    facts,
    samples,
  } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as TestCase

  test(`${file}: ${says}`, async () => {
    const agent = new MemoryAgent(read(written))
    const inventory = new Inventory(true, new PackSize())
    const foundFacts: Record<string, string> = {}
    await inventory.discover(agent, foundFacts)
    expect(foundFacts).toEqual(facts)

    const ask = () => readAll(agent, [...inventory.uptimeOids, ...inventory.asked], new PackSize())
    const first = await ask()
    for (const [oid, value] of read(later?.agent ?? {})) agent.values.set(oid, value)
    const second = await ask()
    const found = toSamples(inventory.rules, second, later && { replies: first, elapsedS: later.afterS })
    const uptime = uptimeOf(second, undefined, 0)
    expect({ ...found, ...(uptime && { uptime_s: uptime.uptimeS }) }).toEqual(samples)
  })
}
