import fc from 'fast-check'
import { expect, test } from 'vitest'
import { backoffMs, LONG_OUTAGE_MS, nextCheckAt, pollEveryMs } from '../../../gateway/poll/backoff.ts'
import { propertyParameters } from '../../suites/counts.ts'

test('in a long outage the interval doubles up to five times itself or two minutes, within the silence window', () => {
  const steps = [1, 2, 3, 4, 9]
  expect(steps.map((step) => backoffMs(20_000, 600_000, step))).toEqual([
    40_000, 80_000, 100_000, 100_000, 100_000,
  ])
  expect(steps.map((step) => backoffMs(60_000, 600_000, step))).toEqual([
    120_000, 120_000, 120_000, 120_000, 120_000,
  ])
  expect(steps.map((step) => backoffMs(20_000, 60_000, step))).toEqual([
    40_000, 60_000, 60_000, 60_000, 60_000,
  ])
})

test('two checks fit into the silence window, whatever interval was asked for', () => {
  expect(pollEveryMs(60_000, 60_000)).toBe(30_000)
  expect(pollEveryMs(20_000, 60_000)).toBe(20_000)
})

test('the next check always lies ahead and at least one falls into every silence window', () => {
  const ms = fc.integer({ min: 1_000, max: 600_000 })
  const standing = fc.record({
    now: fc.nat(10_000_000),
    intervalMs: ms,
    windowMs: ms,
    gridAt: fc.nat(10_000_000),
    longOutageChecks: fc.nat(40),
  })
  fc.assert(
    fc.property(standing, fc.option(fc.nat(2 * LONG_OUTAGE_MS), { nil: undefined }), (given, missedFor) => {
      const firstMissAt = missedFor === undefined ? {} : { firstMissAt: given.now - missedFor }
      const at = nextCheckAt({ ...given, ...firstMissAt })
      expect(at).toBeGreaterThan(given.now)
      const every = pollEveryMs(given.intervalMs, given.windowMs)
      expect(at - given.now).toBeLessThanOrEqual(Math.max(given.windowMs, 1.25 * every))
    }),
    propertyParameters(),
  )
})
