import fc from 'fast-check'
import { Value } from 'typebox/value'
import { expect, test } from 'vitest'
import { BatchEntry } from '../../../contract/road.ts'
import type { Observation } from '../../../gateway/drivers/driver.ts'
import { toEntry } from '../../../gateway/spool/to-entry.ts'
import { fuzzParameters } from '../../suites/counts.ts'

const entry = (observation: Observation, listened = false) =>
  toEntry('camera', 2_000, 1_000, listened, { check: 'snmp', observation, tookMs: 12.34 })

test('an answer is evidence from the moment it was heard', () => {
  expect(entry({ ok: true, alive: true, samples: { rtt_ms: 3 }, facts: { sys_name: 'SW-3' } })).toEqual({
    id: 'camera',
    t: 2_000,
    evidenceAt: 1_000,
    samples: { rtt_ms: 3 },
    facts: { sys_name: 'SW-3' },
    checks: [{ check: 'snmp', at: 1_000, ok: true, tookMs: 12.3 }],
  })
})

test('a refused login proves life and is a failed check', () => {
  const refused = entry({ ok: false, alive: true, reason: 'credentials_refused' })
  expect(refused).toMatchObject({ evidenceAt: 1_000, checks: [{ ok: false, reason: 'credentials_refused' }] })
})

test('a message heard is no check, but one that reports the device offline is', () => {
  expect(entry({ ok: true, alive: true }, true).checks).toBeUndefined()
  const offline = entry({ ok: false, alive: false, reason: 'reported_offline' }, true)
  expect(offline.evidenceAt).toBeUndefined()
  expect(offline.checks).toMatchObject([{ ok: false, reason: 'reported_offline' }])
})

test('whatever a device says, what is stored fits the schema of the road', () => {
  const text = fc.string({ maxLength: 700 })
  const name = fc.oneof(fc.constantFrom('rtt_ms', 'if_in_bps.3', 'sys_name'), text)
  const value = fc.oneof(fc.double(), fc.integer())
  const event = fc.record({
    kind: text,
    at: value,
    data: fc.dictionary(name, fc.oneof(text, value, fc.boolean()), { maxKeys: 30 }),
  })
  const observation = fc.record(
    {
      ok: fc.boolean(),
      alive: fc.boolean(),
      detail: text,
      samples: fc.dictionary(name, value),
      facts: fc.dictionary(name, fc.oneof(text, fc.boolean())),
      events: fc.array(event, { maxLength: 5 }),
    },
    { requiredKeys: ['ok', 'alive'] },
  )
  fc.assert(
    fc.property(observation, fc.boolean(), (said, listened) => {
      const stored = entry(said, listened)
      expect(Value.Check(BatchEntry, JSON.parse(JSON.stringify(stored)))).toBe(true)
    }),
    fuzzParameters(0.25),
  )
})
