import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MetricLimit } from '../../../contract/api/devices.ts'
import type { LimitTrack } from '../../../server/health/device-health.ts'
import { judgeLimit } from '../../../server/health/limits.ts'
import { propertyParameters } from '../../suites/counts.ts'

const high: MetricLimit = {
  metric: 'temperature_c',
  code: 'temperature_high',
  above: 30,
  clear: 25,
  forS: 60,
}

/** Values a second apart, judged one after the other; true where the condition is active after the value. */
function activeAfter(limit: MetricLimit, values: readonly number[], stepS = 1): boolean[] {
  let active = false
  let track: LimitTrack | undefined
  return values.map((value, second) => {
    const verdict = judgeLimit(limit, active, track, second * stepS * 1000, value)
    track = verdict.track
    if (verdict.turns) active = verdict.turns === 'active'
    return active
  })
}

const repeated = (value: number, times: number): number[] => Array.from({ length: times }, () => value)

test('a value beyond its limit counts after the whole debounce, and only without a break', () => {
  expect(activeAfter(high, repeated(31, 60)).includes(true)).toBe(false)
  expect(activeAfter(high, repeated(31, 61)).at(-1)).toBe(true)
  expect(activeAfter(high, [...repeated(31, 40), 29, ...repeated(31, 40)]).includes(true)).toBe(false)
})

test('it ends behind the clearing edge after the same debounce, not between the edges', () => {
  const raised = repeated(31, 61)
  expect(activeAfter(high, [...raised, ...repeated(27, 600)]).at(-1)).toBe(true)
  expect(activeAfter(high, [...raised, ...repeated(24, 61)]).at(-1)).toBe(false)
  expect(activeAfter(high, [...raised, ...repeated(24, 60)]).at(-1)).toBe(true)
})

test('a lower limit works the other way round', () => {
  const low: MetricLimit = { metric: 'battery_charge_percent', code: 'battery_low', below: 20, clear: 40 }
  expect(activeAfter(low, [19, 30, 41, 19])).toEqual([true, true, false, true])
})

test('the condition began when the edge was crossed', () => {
  const first = judgeLimit(high, false, undefined, 0, 31)
  expect(judgeLimit(high, false, first.track, 60_000, 31)).toMatchObject({ turns: 'active', since: 0 })
})

test('a value that stays between the two edges never changes anything', () => {
  const between = fc.array(fc.double({ min: 25.01, max: 30, noNaN: true }), { maxLength: 50 })
  fc.assert(
    fc.property(between, fc.boolean(), (values, active) => {
      let track: LimitTrack | undefined
      for (const [second, value] of values.entries()) {
        const verdict = judgeLimit(high, active, track, second * 100_000, value)
        track = verdict.track
        expect(verdict.turns).toBeUndefined()
      }
    }),
    propertyParameters(),
  )
})

test('two changes are at least a debounce apart, whatever the values do', () => {
  const values = fc.array(fc.integer({ min: 20, max: 35 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(values, (series) => {
      const states = activeAfter(high, series, 10)
      const changes = states.flatMap((state, at) => (state !== (states[at - 1] ?? false) ? [at * 10] : []))
      for (const [index, at] of changes.entries())
        expect(at - (changes[index - 1] ?? 0)).toBeGreaterThanOrEqual(60)
    }),
    propertyParameters(),
  )
})
