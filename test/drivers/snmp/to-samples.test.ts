import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { factPattern, metricPattern } from '../../../contract/sample.ts'
import { Inventory } from '../../../gateway/drivers/snmp/inventory.ts'
import * as oids from '../../../gateway/drivers/snmp/oids.ts'
import { PackSize, readAll } from '../../../gateway/drivers/snmp/read.ts'
import { toSamples } from '../../../gateway/drivers/snmp/to-samples.ts'
import { restarted, uptimeOf } from '../../../gateway/drivers/snmp/uptime.ts'
import { numberOf, oidOf, type SnmpValue, textOf } from '../../../gateway/drivers/snmp/values.ts'
import { MemoryAgent } from '../../fakes/memory-agent.ts'
import { fuzzParameters, propertyParameters } from '../../suites/counts.ts'

const anyValue: fc.Arbitrary<SnmpValue> = fc.oneof(
  fc.integer({ min: -(2 ** 31), max: 2 ** 32 }),
  fc.integer({ min: 0, max: 12 }),
  fc.double(),
  fc.bigInt({ min: 0n, max: 2n ** 64n }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.constantFrom('15 PERCENT', 'NaN', 'Infinity', '1e999', '', ' 12 ').map((text) => Buffer.from(text)),
  fc.constantFrom(oids.hrStorageRam, oids.hrStorageFixedDisk, '1.3.6.1.4.1.318 ', 'garbage'),
)
const columns = Object.values(oids).filter((oid) => !oid.endsWith('.0'))
const upsColumns = ['2.1', '2.2', '2.3', '2.4', '3.3.1.3', '4.4.1.5', '4.1', '6.1'].map(
  (end) => `${oids.ups}.${end}`,
)
const anyOid = fc
  .tuple(
    fc.constantFrom(...columns, ...upsColumns),
    fc.array(fc.nat(4_000_000), { minLength: 1, maxLength: 3 }),
  )
  .map(([column, index]) => `${column}.${index.join('.')}`)
const anyAgent = fc.array(fc.tuple(anyOid, anyValue), { maxLength: 60 })

describe('answers of any agent', () => {
  test('give finite numbers under proper names, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyAgent,
        anyAgent,
        fc.double({ min: -10, max: 1e6 }),
        async (before, now, elapsedS) => {
          const inventory = new Inventory(true, new PackSize())
          const facts: Record<string, string> = {}
          await inventory.discover(new MemoryAgent(before), facts)
          const past = { replies: new Map(before), elapsedS }
          const samples = toSamples(inventory.rules, new Map([...before, ...now]), past)
          for (const [name, value] of Object.entries(samples)) {
            expect(name).toMatch(new RegExp(metricPattern))
            expect(Number.isFinite(value)).toBe(true)
            if (name.endsWith('percent'))
              expect(value).toBeGreaterThanOrEqual(name.startsWith('sensor') ? -1e9 : 0)
            if (name.includes('bps')) expect(value).toBeGreaterThanOrEqual(0)
          }
          for (const name of Object.keys(facts)) expect(name).toMatch(new RegExp(factPattern))
        },
      ),
      fuzzParameters(0.2),
    )
  })

  test('are read completely, however little an agent gives at once', async () => {
    await fc.assert(
      fc.asyncProperty(anyAgent, fc.integer({ min: 1, max: 12 }), async (values, mostValues) => {
        const agent = new MemoryAgent(values)
        agent.mostValues = mostValues
        const asked = [...agent.values.keys(), '1.2.3.4']
        const pack = new PackSize()
        expect(await readAll(agent, asked, pack)).toEqual(agent.values)
        expect(agent.questions).toBeLessThanOrEqual(2 * asked.length + 1)
      }),
      propertyParameters(),
    )
  })
})

describe('uptime', () => {
  const wrap = 2 ** 32
  const replies = (ticks: number) => new Map<string, SnmpValue>([[oids.sysUpTime, ticks % wrap]])

  test('goes on growing through any number of wraps and is never taken for a restart', () => {
    const steps = fc.array(fc.integer({ min: 1, max: 3_000_000 }), { minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: wrap - 1 }), steps, (startTicks, stepsS) => {
        let ticks = startTicks
        let known = uptimeOf(replies(ticks), undefined, 0)
        for (const stepS of stepsS) {
          ticks += stepS * 100
          const next = uptimeOf(replies(ticks), known, stepS)
          expect(restarted(known, next, stepS)).toBe(false)
          expect(next?.uptimeS).toBeCloseTo(ticks / 100, 3)
          known = next
        }
      }),
      propertyParameters(),
    )
  })

  test('that began anew between two checks is a restart', () => {
    const minutes = fc.integer({ min: 5, max: 500_000 })
    fc.assert(
      fc.property(minutes, fc.integer({ min: 1, max: 250 }), fc.nat(100), (upMinutes, elapsedS, share) => {
        const before = uptimeOf(replies(upMinutes * 6_000), undefined, 0)
        const sinceS = (elapsedS * share) / 100
        const now = uptimeOf(replies(sinceS * 100), before, elapsedS)
        expect(restarted(before, now, elapsedS)).toBe(true)
        expect(now?.uptimeS).toBeCloseTo(sinceS)
      }),
      propertyParameters(),
    )
  })
})

describe('values of a wrong type', () => {
  test('text is a number only when all of it is one', () => {
    expect(numberOf(Buffer.from(' 15 '))).toBe(15)
    expect(numberOf(Buffer.from('-1.5'))).toBe(-1.5)
    for (const text of ['15 PERCENT', '', 'NaN', 'Infinity', '1e3', '0x10', '12,5']) {
      expect(numberOf(Buffer.from(text))).toBeUndefined()
    }
  })

  test('object ids survive the dirt of real agents, and text is one printable line', () => {
    expect(oidOf(Buffer.from(' .1.3.6.1.4.1.9 '))).toBe('1.3.6.1.4.1.9')
    expect(oidOf('1.3.6.1.4.1')).toBe('1.3.6.1.4.1')
    expect(oidOf(Buffer.from('none'))).toBeUndefined()
    expect(textOf(Buffer.from([0x42, 0xfc, 0x72, 0x6f, 0]))).toBe('Büro')
    expect(textOf(Buffer.from('  \0\r\n'))).toBeUndefined()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 3_000 }), (bytes) => {
        const text = textOf(Buffer.from(bytes)) ?? ''
        expect(text.length).toBeLessThanOrEqual(512)
        expect(text).not.toMatch(/\p{Cc}/u)
        expect(text.isWellFormed()).toBe(true)
      }),
      fuzzParameters(),
    )
  })
})
