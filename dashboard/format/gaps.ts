/** Chart data with holes where nothing was measured: a line drawn across an outage would be a lie. */

export interface Curve {
  /** UTC ms, rising. */
  at: readonly number[]
  mean: readonly number[]
  min: readonly number[]
  max: readonly number[]
}

export interface CurveWithGaps {
  /** UTC seconds: what the chart counts in. */
  atS: number[]
  mean: (number | null)[]
  min: (number | null)[]
  max: (number | null)[]
}

/** Three times the usual step; nothing is usual about fewer than three points. */
export function gapFrom(at: readonly number[], leastMs: number): number {
  const steps = at.slice(1).map((time, index) => time - (at[index] ?? time))
  steps.sort((a, b) => a - b)
  const median = steps[Math.floor(steps.length / 2)] ?? leastMs
  return Math.max(3 * median, leastMs)
}

/** Puts a `null` into every stretch longer than `gapMs`. */
export function withGaps(curve: Curve, gapMs: number): CurveWithGaps {
  const out: CurveWithGaps = { atS: [], mean: [], min: [], max: [] }
  const push = (at: number, mean: number | null, min: number | null, max: number | null) => {
    out.atS.push(at / 1_000)
    out.mean.push(mean)
    out.min.push(min)
    out.max.push(max)
  }
  curve.at.forEach((at, index) => {
    const before = curve.at[index - 1]
    if (before !== undefined && at - before > gapMs) push((before + at) / 2, null, null, null)
    push(at, curve.mean[index] ?? null, curve.min[index] ?? null, curve.max[index] ?? null)
  })
  return out
}
