import { describe, expect, it, onTestFinished } from 'vitest'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../contract/time.ts'
import { decodeRun } from '../../../server/store/metrics/embedded/codec/run.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { type Entry, MetricsWorld, RETENTION_MS } from './metrics-world.ts'

const POLL_MS = 20_000

function newWorld(): MetricsWorld {
  const directory = temporaryDirectory()
  const world = new MetricsWorld(directory)
  onTestFinished(() => world.close())
  return world
}

/** Polls of one device, one every 20 s, value 0, 1, 2, … */
const polls = (world: MetricsWorld, count: number, deviceId = 'ups-1', from = world.clock.now()): Entry[] =>
  Array.from({ length: count }, (_, i) => ({
    deviceId,
    at: from + i * POLL_MS,
    samples: { load_percent: i },
  }))

const rowsOf = (world: MetricsWorld, table: 'chunk' | 'rollup' | 'head' | 'series'): number =>
  Number(world.db.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n)

/** Samples on disk, each counted as often as it is there. */
const samplesOnDisk = (world: MetricsWorld): number =>
  world.db
    .prepare('SELECT blob FROM chunk UNION ALL SELECT blob FROM head')
    .all()
    .reduce((sum, row) => sum + decodeRun(row.blob as Uint8Array).times.length, 0)

const maintain = (world: MetricsWorld): Promise<void> => world.store.maintain(world.clock.now())
const whole = { deviceId: 'ups-1', metric: 'load_percent', from: 0, to: Number.MAX_SAFE_INTEGER }

describe('what is durable', () => {
  it('writes nothing until a head is full or a checkpoint is due', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 200))
    await world.applyRow(polls(world, 1, 'door-2'))
    await maintain(world)
    expect(samplesOnDisk(world)).toBe(0)
    expect(world.store.durableThrough()).toBe(0)
    expect(await world.store.points(whole)).toHaveLength(200)
  })

  it('seals a full head into one chunk with its roll-up', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 240))
    await world.applyRow(polls(world, 1, 'door-2'))
    await maintain(world)
    expect([rowsOf(world, 'chunk'), rowsOf(world, 'rollup'), samplesOnDisk(world)]).toEqual([1, 1, 240])
    expect(world.store.durableThrough()).toBe(1)
  })

  it('keeps a row back that may still be in the middle of being applied, and stores it once after a crash', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 239))
    const row = world.journalRow(polls(world, 300, 'ups-1', world.clock.now() + HOUR_MS * 2))
    const apply = (entries: Entry[]) => {
      for (const { deviceId, at, samples } of entries) world.store.append(row.id, deviceId, at, samples)
    }
    apply(row.entries.slice(0, 150))
    await world.clock.advance(15 * MINUTE_MS)
    await maintain(world)
    expect([world.store.durableThrough(), samplesOnDisk(world)]).toEqual([1, 239])
    apply(row.entries.slice(150))
    await world.crash()
    expect(await world.store.points(whole)).toHaveLength(539)
    await world.restart()
    expect(samplesOnDisk(world)).toBe(539)
  })

  it('stores every sample once when a crash comes after a seal and before the journal is trimmed', async () => {
    const world = newWorld()
    for (let row = 0; row < 30; row += 1)
      await world.applyRow(polls(world, 10, 'ups-1', world.clock.now() + row * 10 * POLL_MS))
    await maintain(world)
    expect(rowsOf(world, 'chunk')).toBe(1)
    await world.crash()
    await world.restart()
    expect(samplesOnDisk(world)).toBe(300)
  })

  it('vouches for every row after it was closed', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 3))
    await world.store.close()
    expect(world.store.durableThrough()).toBe(1)
    await world.crash()
    expect(world.store.durableThrough()).toBe(1)
    expect(await world.store.points(whole)).toHaveLength(3)
  })

  it('ignores rows that are replayed although they are durable', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 3))
    await world.restart()
    world.store.append(1, 'ups-1', world.clock.now() + DAY_MS, { load_percent: 99 })
    expect(await world.store.points(whole)).toHaveLength(3)
  })
})

describe('maintenance', () => {
  it('makes a checkpoint every 15 minutes, so that the journal can be trimmed', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 5))
    await world.applyRow(polls(world, 5, 'door-2'))
    await world.clock.advance(15 * MINUTE_MS)
    await maintain(world)
    expect(world.store.durableThrough()).toBe(1)
    await world.trim()
    expect(world.journal.map((row) => row.id)).toEqual([2])
    await world.crash()
    expect(await world.store.points(whole)).toHaveLength(5)
  })

  it('makes a checkpoint early when the journal is long, but at most once a minute', async () => {
    const world = newWorld()
    world.journalBytes = 64 * 1024 * 1024
    await world.applyRow(polls(world, 5))
    await world.applyRow(polls(world, 1, 'door-2'))
    await maintain(world)
    expect(world.store.durableThrough()).toBe(0)
    await world.clock.advance(MINUTE_MS)
    await maintain(world)
    expect(world.store.durableThrough()).toBe(1)
  })

  it('lets other jobs of the write queue run between the slices of a checkpoint', async () => {
    const world = newWorld()
    const entries = Array.from({ length: 250 }, (_, i) => polls(world, 1, `door-${i}`)).flat()
    await world.applyRow(entries)
    world.store.append(2, 'door-0', world.clock.now() + 1, {})
    await world.clock.advance(15 * MINUTE_MS)
    const checkpoint = maintain(world)
    await Promise.resolve()
    const seen = await world.queue.run(() => rowsOf(world, 'head'))
    await checkpoint
    expect(seen).toBeLessThan(250)
    expect(rowsOf(world, 'head')).toBe(250)
  })

  it('seals a head after a day although it is not full', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 2))
    await world.applyRow(polls(world, 1, 'door-2'))
    await world.clock.advance(15 * MINUTE_MS)
    await maintain(world)
    expect(rowsOf(world, 'chunk')).toBe(0)
    await world.crash()
    await world.clock.advance(DAY_MS)
    await maintain(world)
    expect(rowsOf(world, 'chunk')).toBe(1)
    expect(await world.store.points(whole)).toHaveLength(2)
  })

  it('forgets whole chunks past the retention, with their roll-ups, and still knows the series', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 240))
    await world.applyRow(polls(world, 1, 'door-2'))
    await maintain(world)
    await world.clock.advance(RETENTION_MS + 240 * POLL_MS)
    await maintain(world)
    expect([rowsOf(world, 'chunk'), rowsOf(world, 'rollup')]).toEqual([0, 0])
    expect(await world.store.points(whole)).toEqual([])
    expect((await world.store.series('ups-1')).map((series) => series.last)).toEqual([239])
  })
})

describe('late samples', () => {
  it('lie over what is sealed; of two samples of one time the later one counts, in points and in buckets', async () => {
    const world = newWorld()
    const start = world.clock.now()
    await world.applyRow(polls(world, 240))
    await world.applyRow(polls(world, 1, 'door-2'))
    await maintain(world)
    await world.applyRow(polls(world, 240).map((entry) => ({ ...entry, samples: { load_percent: 1000 } })))
    await world.applyRow(polls(world, 1, 'door-2'))
    await maintain(world)
    expect(rowsOf(world, 'chunk')).toBe(2)
    const range = { ...whole, from: start, to: start + 2 * HOUR_MS }
    expect((await world.store.points(range)).map((point) => point.value)).toEqual(Array(240).fill(1000))
    const buckets = await world.store.buckets(range, 8)
    expect(buckets.map(({ min, count }) => [min, count])).toEqual([
      [1000, 45],
      [1000, 45],
      [1000, 45],
      [1000, 45],
      [1000, 45],
      [1000, 15],
    ])
  })
})

describe('a dropped device', () => {
  it('leaves nothing behind', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 700))
    await world.applyRow(polls(world, 3))
    await maintain(world)
    await world.store.drop('ups-1')
    for (const table of ['series', 'head', 'chunk', 'rollup'] as const) expect(rowsOf(world, table)).toBe(0)
    expect(await world.store.points(whole)).toEqual([])
    expect((await world.store.last(['ups-1'])).size).toBe(0)
  })

  it('does not come back by a replay of its old rows, but does by new ones', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 3))
    await world.store.drop('ups-1')
    await world.crash()
    expect(await world.store.series('ups-1')).toEqual([])
    await world.applyRow(polls(world, 2))
    expect(await world.store.points(whole)).toHaveLength(2)
  })

  it('does not come back when it is dropped while its full head waits to be sealed', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 240))
    await world.applyRow(polls(world, 1, 'door-2'))
    const dropped = world.store.drop('ups-1')
    await maintain(world)
    await dropped
    expect([rowsOf(world, 'series'), rowsOf(world, 'chunk'), rowsOf(world, 'head')]).toEqual([0, 0, 0])
  })
})

describe('reads', () => {
  it('answer a week of hours with 168 hourly buckets', async () => {
    const world = newWorld()
    const from = world.clock.now() - 7 * DAY_MS
    const everyTenMinutes = Array.from({ length: 7 * 144 }, (_, i) => ({
      deviceId: 'ups-1',
      at: from + i * 10 * MINUTE_MS,
      samples: { load_percent: i % 6 },
    }))
    await world.applyRow(everyTenMinutes)
    await world.restart()
    const buckets = await world.store.buckets({ ...whole, from, to: world.clock.now() }, 168)
    expect(buckets.map(({ at }) => at)).toEqual(Array.from({ length: 168 }, (_, i) => from + i * HOUR_MS))
    expect(new Set(buckets.map(({ min, max, mean, count }) => [min, max, mean, count].join()))).toEqual(
      new Set(['0,5,2.5,6']),
    )
  })

  it('answer an unknown device or metric, and an empty range, with nothing', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 3))
    expect(await world.store.points({ ...whole, deviceId: 'nobody' })).toEqual([])
    expect(await world.store.buckets({ ...whole, metric: 'nothing' }, 10)).toEqual([])
    expect(await world.store.buckets({ ...whole, from: 10, to: 10 }, 10)).toEqual([])
    expect(await world.store.last(['nobody'])).toEqual(new Map())
  })

  it('name the chunk that cannot be read', async () => {
    const world = newWorld()
    await world.applyRow(polls(world, 240))
    await world.restart()
    world.db.exec("UPDATE chunk SET blob = x'0102'")
    await expect(world.store.points(whole)).rejects.toThrow(/^Chunk 1: /)
  })
})

describe('what ingest should have refused', () => {
  it('is left out, and the rest goes on', async () => {
    const world = newWorld()
    await world.applyRow([
      { deviceId: 'ups-1', at: 1.5, samples: { load_percent: 1 } },
      { deviceId: 'ups-1', at: 2, samples: { load_percent: Number.NaN, input_v: 230 } },
      { deviceId: 'ups-1', at: 3, samples: { load_percent: Number.POSITIVE_INFINITY } },
    ])
    await world.restart()
    expect(await world.store.last(['ups-1'])).toEqual(
      new Map([['ups-1', { input_v: { at: 2, value: 230 } }]]),
    )
  })
})

describe('a caller that breaks the rules is told', () => {
  it('that rows must ascend', async () => {
    const world = newWorld()
    world.store.append(5, 'ups-1', 1, { load_percent: 1 })
    expect(() => world.store.append(4, 'ups-1', 2, { load_percent: 1 })).toThrow(
      'Journal row 4 came after row 5.',
    )
  })

  it('that there must be a bucket', async () => {
    const world = newWorld()
    await expect(world.store.buckets(whole, 0)).rejects.toThrow('at least one bucket')
  })
})
