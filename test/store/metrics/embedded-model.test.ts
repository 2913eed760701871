import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../contract/time.ts'
import { propertyParameters } from '../../suites/counts.ts'
import { bucketsOf, MetricModel } from './metric-model.ts'
import { type Entry, MetricsWorld, RETENTION_MS } from './metrics-world.ts'

const devices = ['door-1', 'ups-2', 'switch-3']
const metrics = ['rtt_ms', 'temperature_c']

/** A burst of one device's entries in one journal row; `late` ones go back in time, or to a time already used. */
const burst = fc.record({
  device: fc.constantFrom(...devices),
  metric: fc.constantFrom(...metrics, 'both'),
  count: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 100, max: 500 })),
  stepMs: fc.constantFrom(1, 20_000, 20_007, 5 * MINUTE_MS, 7 * HOUR_MS),
  backMs: fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.constantFrom(1, 20_000, HOUR_MS, 2 * DAY_MS, 9 * DAY_MS) },
  ),
  value: fc.oneof(fc.integer({ min: -50, max: 50 }), fc.double({ min: -1e6, max: 1e6, noNaN: true })),
})
type Burst = typeof burst extends fc.Arbitrary<infer T> ? T : never

const command = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('row' as const),
      bursts: fc.array(burst, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rowWithMaintenance' as const),
      bursts: fc.array(burst, { minLength: 1, maxLength: 2 }),
      before: fc.nat(400),
      ticks: fc.nat(6),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('maintain' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('readWhileMaintaining' as const), ticks: fc.nat(12) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('wait' as const),
      ms: fc.constantFrom(MINUTE_MS, 15 * MINUTE_MS, 25 * HOUR_MS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('trim' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('crash' as const),
      ticks: fc.nat(12),
      unapplied: fc.option(burst),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('drop' as const),
      maintaining: fc.boolean(),
      device: fc.constantFrom(...devices),
    }),
  },
)
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

const ticksPass = async (ticks: number): Promise<void> => {
  for (let i = 0; i < ticks; i += 1) await Promise.resolve()
}

/** Runs commands against the store and the model side by side. */
class Trial {
  readonly #world: MetricsWorld
  readonly #model = new MetricModel()
  readonly #newest = new Map<string, number>()
  #value = 0

  constructor(world: MetricsWorld) {
    this.#world = world
  }

  async run(step: Command): Promise<void> {
    const world = this.#world
    switch (step.do) {
      case 'row':
        return world.applyRow(this.#entries(step.bursts))
      case 'rowWithMaintenance':
        return this.#rowWithMaintenance(step.bursts, step.before, step.ticks)
      case 'maintain':
        return world.store.maintain(world.clock.now())
      case 'readWhileMaintaining':
        return this.#readWhileMaintaining(step.ticks)
      case 'wait':
        return world.clock.advance(step.ms)
      case 'trim':
        return world.trim()
      case 'crash':
        return this.#crash(step.ticks, step.unapplied)
      case 'restart':
        return world.restart()
      case 'drop':
        return this.#drop(step.device, step.maintaining)
    }
  }

  async check(): Promise<void> {
    const { store } = this.#world
    const last = await store.last([...devices, 'nobody'])
    for (const device of devices) {
      expect(last.get(device)).toEqual(this.#model.last(device))
      expect((await store.series(device)).map((info) => info.metric).sort()).toEqual(
        this.#model.metrics(device),
      )
      for (const metric of metrics) await this.#checkSeries(device, metric)
    }
  }

  async #checkSeries(deviceId: string, metric: string): Promise<void> {
    const { store, clock } = this.#world
    const oldest = clock.now() - RETENTION_MS
    const end = Number.MAX_SAFE_INTEGER
    const all = this.#model.points(deviceId, metric, oldest, end)
    expect(await store.points({ deviceId, metric, from: oldest, to: end })).toEqual(all)
    const middle = all[all.length >> 1]?.at ?? oldest
    for (const [from, to, count] of [
      [oldest, (all.at(-1)?.at ?? oldest) + 1, 40],
      [middle - 3 * HOUR_MS, middle + 2 * HOUR_MS, 7],
      [middle - 60_000, middle + 60_001, 5],
    ] as const) {
      const points = this.#model.points(deviceId, metric, Math.max(from, oldest), to)
      const buckets = await store.buckets({ deviceId, metric, from: Math.max(from, oldest), to }, count)
      expect(buckets.length).toBeLessThanOrEqual(count)
      const expected = bucketsOf(
        points,
        buckets.map((bucket) => bucket.at),
      )
      expect(buckets.map(({ mean, ...rest }) => rest)).toEqual(expected.map(({ mean, ...rest }) => rest))
      expect(buckets.reduce((sum, bucket) => sum + bucket.count, 0)).toBe(points.length)
      for (const [i, bucket] of buckets.entries())
        expect(bucket.mean).toBeCloseTo(expected[i]?.mean ?? Number.NaN, 3)
    }
  }

  /** Maintenance starts in the middle of a row and ends when it likes. */
  async #rowWithMaintenance(bursts: Burst[], before: number, ticks: number): Promise<void> {
    const world = this.#world
    const entries = this.#entries(bursts)
    const row = world.journalRow(entries)
    const split = before % entries.length
    for (const entry of entries.slice(0, split))
      world.store.append(row.id, entry.deviceId, entry.at, entry.samples)
    const maintained = world.store.maintain(world.clock.now())
    await ticksPass(ticks)
    for (const entry of entries.slice(split))
      world.store.append(row.id, entry.deviceId, entry.at, entry.samples)
    await maintained
  }

  async #drop(device: string, maintaining: boolean): Promise<void> {
    const { store, clock } = this.#world
    this.#model.drop(device)
    const dropped = store.drop(device)
    if (maintaining) await store.maintain(clock.now())
    await dropped
  }

  async #readWhileMaintaining(ticks: number): Promise<void> {
    const maintained = this.#world.store.maintain(this.#world.clock.now())
    await ticksPass(ticks)
    await this.check()
    await maintained
  }

  /** Dies some ticks into maintenance, perhaps with a row in the journal that was never applied. */
  async #crash(ticks: number, unapplied: Burst | null): Promise<void> {
    const world = this.#world
    const maintained = world.store.maintain(world.clock.now()).catch(() => undefined)
    await ticksPass(ticks)
    if (unapplied) world.journalRow(this.#entries([unapplied]))
    await world.crash()
    await maintained
  }

  #entries(bursts: readonly Burst[]): Entry[] {
    const entries = bursts.flatMap((one) => this.#entriesOf(one))
    for (const entry of entries) this.#model.apply(entry)
    return entries
  }

  #entriesOf({ device, metric, count, stepMs, backMs, value }: Burst): Entry[] {
    const now = this.#world.clock.now()
    const newest = Math.max(this.#newest.get(device) ?? 0, now - 12 * HOUR_MS)
    return Array.from({ length: count }, (_, i) => {
      this.#value += 1
      const at = Math.min(now + DAY_MS, newest + (i + 1) * stepMs) - backMs
      this.#newest.set(device, Math.max(newest, at))
      const names = metric === 'both' ? metrics : [metric]
      return {
        deviceId: device,
        at,
        samples: Object.fromEntries(names.map((name) => [name, value + (this.#value % 7)])),
      }
    })
  }
}

async function runTrial(steps: readonly Command[], separateReader: boolean): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'stillwatch-metrics-'))
  const world = new MetricsWorld(directory, separateReader)
  try {
    const trial = new Trial(world)
    for (const step of steps) await trial.run(step)
    await trial.check()
    await world.crash()
    await trial.check()
  } finally {
    world.close()
    rmSync(directory, { recursive: true, force: true })
  }
}

describe('the embedded metric store beside a plain map of points', () => {
  it('answers the same through seals, checkpoints, crashes, restarts, drops, late samples and reads in between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 25 }), fc.boolean(), runTrial),
      propertyParameters(0.5),
    )
  })
})
