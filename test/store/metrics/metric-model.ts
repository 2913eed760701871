import type { BucketPoint, Point } from '../../../server/store/metrics/metric-store.ts'
import type { Entry } from './metrics-world.ts'

/** What the store must answer, kept as plainly as can be: a map of points for each metric of each device. */
export class MetricModel {
  readonly #devices = new Map<string, Map<string, Map<number, number>>>()

  apply({ deviceId, at, samples }: Entry): void {
    const device = this.#devices.get(deviceId) ?? new Map<string, Map<number, number>>()
    this.#devices.set(deviceId, device)
    for (const [metric, value] of Object.entries(samples)) {
      const points = device.get(metric) ?? new Map<number, number>()
      device.set(metric, points.set(at, value))
    }
  }

  drop(deviceId: string): void {
    this.#devices.delete(deviceId)
  }

  points(deviceId: string, metric: string, from: number, to: number): Point[] {
    return [...(this.#devices.get(deviceId)?.get(metric) ?? [])]
      .filter(([at]) => at >= from && at < to)
      .sort(([a], [b]) => a - b)
      .map(([at, value]) => ({ at, value }))
  }

  metrics(deviceId: string): string[] {
    return [...(this.#devices.get(deviceId)?.keys() ?? [])].sort()
  }

  last(deviceId: string): Record<string, Point> | undefined {
    const metrics = this.metrics(deviceId)
    if (metrics.length === 0) return undefined
    return Object.fromEntries(
      metrics.map((metric) => [
        metric,
        this.points(deviceId, metric, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY).at(-1) as Point,
      ]),
    )
  }
}

/** Buckets straight from points; `widths` are read off the answer, so this says nothing about how they are chosen. */
export function bucketsOf(points: readonly Point[], starts: readonly number[]): BucketPoint[] {
  return starts.map((at, i) => {
    const end = starts[i + 1] ?? Number.POSITIVE_INFINITY
    const values = points.filter((point) => point.at >= at && point.at < end).map((point) => point.value)
    return {
      at,
      min: Math.min(...values),
      max: Math.max(...values),
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      count: values.length,
    }
  })
}
