import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gapFrom, withGaps } from '../../dashboard/format/gaps.ts'
import { propertyParameters } from '../suites/counts.ts'

const curveOf = (at: number[]) => ({ at, mean: at, min: at, max: at })

describe('a chart', () => {
  it('draws no line across a stretch in which nothing was measured', () => {
    const curve = withGaps(curveOf([0, 1_000, 2_000, 60_000, 61_000]), 5_000)
    expect(curve.atS).toEqual([0, 1, 2, 31, 60, 61])
    expect(curve.mean).toEqual([0, 1_000, 2_000, null, 60_000, 61_000])
    expect(curve.min[3]).toBeNull()
    expect(curve.max[3]).toBeNull()
  })

  it('calls three times the usual step a gap, but nothing shorter than the given least', () => {
    expect(gapFrom([0, 10, 20, 30, 500], 1)).toBe(30)
    expect(gapFrom([0, 10, 20, 30, 500], 60)).toBe(60)
    expect(gapFrom([], 60)).toBe(180)
    expect(gapFrom([7], 60)).toBe(180)
  })

  it('keeps every value and its time, in order, and marks exactly the long stretches', () => {
    const times = fc
      .array(fc.integer({ min: 1, max: 100_000 }), { maxLength: 50 })
      .map((steps) => steps.map((_, index) => steps.slice(0, index + 1).reduce((a, b) => a + b, 0)))
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 50_000 }), (at, gapMs) => {
        const curve = withGaps(curveOf(at), gapMs)
        expect(curve.mean.filter((value) => value !== null)).toEqual(at)
        expect(curve.atS).toEqual(curve.atS.toSorted((a, b) => a - b))
        const long = at.filter((time, index) => index > 0 && time - (at[index - 1] ?? 0) > gapMs)
        expect(curve.mean.filter((value) => value === null)).toHaveLength(long.length)
      }),
      propertyParameters(),
    )
  })
})
