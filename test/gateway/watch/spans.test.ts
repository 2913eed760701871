import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EventTime, SLEW_RATE } from '../../../gateway/watch/event-time.ts'
import { restartsTooOften, Spans, type SpansOptions } from '../../../gateway/watch/spans.ts'
import { startTime } from '../../../gateway/watch/start-time.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { propertyParameters } from '../../suites/counts.ts'

function rig(more: Partial<SpansOptions> = {}) {
  const clock = new FakeClock(1_000_000)
  const seen: string[] = []
  const spans = new Spans({
    clock,
    lastSpan: 4,
    recentStarts: [],
    startAt: { time: clock.now(), trusted: true },
    linkUp: () => false,
    ending: (through) => seen.push(`until ${through}`),
    started: (span, reason) => seen.push(`span ${span.number} at ${span.startedAt}: ${reason}`),
    timeFound: (byMs) => seen.push(`time found ${byMs}`),
    ...more,
  })
  spans.start()
  return { clock, spans, seen }
}

test('a process begins a span of its own, numbered after the last one', () => {
  expect(rig().seen).toEqual(['span 5 at 1000000: start'])
})

test('a tick more than five seconds late ends the span where somebody last watched', async () => {
  const { clock, spans, seen } = rig()
  await clock.advance(10_000)
  await clock.pause(5_900)
  expect(seen).toHaveLength(1)
  await clock.advance(4_100)
  await clock.pause(30_000)
  expect(seen.slice(1)).toEqual(['until 1019900', 'span 6 at 1050000: suspend'])
  await clock.advance(1_000)
  expect(spans.watchedMs()).toBe(20_900)
})

test('a pause is seen by whoever comes first, before the tick', async () => {
  const { clock, spans, seen } = rig()
  await clock.advance(10_000)
  const ahead = clock.timer(7_000, () => spans.touch())
  await clock.pause(7_000)
  ahead()
  expect(seen.slice(1)).toEqual(['until 1010000', 'span 6 at 1017000: suspend'])
})

test('a machine that slept with its monotonic clock standing still goes on in true time', async () => {
  const { clock, spans, seen } = rig()
  await clock.advance(10_000)
  clock.stepWall(3_600_000)
  await clock.advance(1_000)
  expect(seen.slice(1)).toEqual(['until 1010000', 'span 6 at 4611000: clock'])
  expect(spans.watchedMs()).toBe(10_000)
})

test('while the server is heard, a step of the machine clock moves no event time', async () => {
  const { clock, spans, seen } = rig({ linkUp: () => true })
  spans.serverSaid({ now: spans.now(), uncertaintyMs: 10 })
  await clock.advance(10_000)
  clock.stepWall(-3_600_000)
  await clock.advance(1_000)
  expect(seen.slice(1)).toEqual(['until 1010000', 'span 6 at 1011000: suspend'])
  expect(spans.clockOffsetMs()).toBe(-3_600_000)
})

test('a server more than two seconds away begins a new span in its time, as far as that is sure', async () => {
  const { clock, spans, seen } = rig()
  await clock.advance(10_000)
  spans.serverSaid({ now: 500_000, uncertaintyMs: 5 })
  expect(seen.slice(1)).toEqual(['until 1010000', 'span 6 at 500005: clock'])
  expect(spans.now()).toBe(500_005)
})

test('a small difference is worked in slowly and what lies within the doubt is left alone', async () => {
  const { clock, spans, seen } = rig()
  spans.serverSaid({ now: spans.now() + 400, uncertaintyMs: 500 })
  await clock.advance(10_000)
  expect(spans.now()).toBe(1_010_000)
  spans.serverSaid({ now: spans.now() + 1_000, uncertaintyMs: 5 })
  await clock.advance(10_000)
  expect(spans.now()).toBe(1_020_000 + 10_000 * SLEW_RATE)
  await clock.advance(300_000)
  expect(spans.now()).toBe(1_320_000 + 1_000 - 5)
  expect(seen).toHaveLength(1)
})

test('a server that took five seconds to answer moves a clock no further than is proven', async () => {
  const { clock, spans, seen } = rig()
  spans.serverSaid({ now: spans.now() + 2_530, uncertaintyMs: 2_500 })
  await clock.advance(10_000)
  expect(spans.now()).toBe(1_010_000 + 30)
  expect(seen).toHaveLength(1)
})

test('without trusted time everything is approximate until the server tells it', async () => {
  const { clock, spans, seen } = rig({ startAt: { time: 900_000, trusted: false } })
  await clock.advance(5_000)
  expect(spans.approximate).toBe(true)
  spans.serverSaid({ now: 2_000_000, uncertaintyMs: 5 })
  expect(spans.approximate).toBe(false)
  expect(seen.slice(1)).toEqual(['until 905000', 'time found 1095000', 'span 6 at 2000000: clock'])
})

test('three spans within ten minutes are too many', () => {
  expect(restartsTooOften([0, 300_000])).toBe(false)
  expect(restartsTooOften([0, 300_000, 599_999])).toBe(true)
  expect(restartsTooOften([0, 300_000, 600_000])).toBe(false)
})

test('event time never runs back and never faster or slower than documented, however it is corrected', () => {
  const step = fc.record({
    passMs: fc.integer({ min: 1, max: 100_000 }),
    slewMs: fc.integer({ min: -2_000, max: 2_000 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const time = new EventTime(0, 5_000)
      let monotonic = 0
      for (const { passMs, slewMs } of steps) {
        const before = time.at(monotonic)
        time.slew(monotonic, slewMs)
        monotonic += passMs
        const passed = time.at(monotonic) - before
        expect(passed).toBeGreaterThanOrEqual(Math.floor(passMs * (1 - SLEW_RATE)) - 1)
        expect(passed).toBeLessThanOrEqual(Math.ceil(passMs * (1 + SLEW_RATE)) + 1)
      }
    }),
    propertyParameters(),
  )
})

test.each([
  {
    what: 'a clock that moved on is trusted',
    wall: 5_000,
    boot: 'a',
    known: { time: 4_000 },
    time: 5_000,
    trusted: true,
  },
  {
    what: 'a clock just behind what was told goes on after it',
    wall: 3_500,
    boot: 'a',
    known: { time: 4_000 },
    time: 4_001,
    trusted: true,
  },
  {
    what: 'a clock that lost its time is not trusted',
    wall: 1_000,
    boot: 'a',
    known: { time: 900_000 },
    time: 900_001,
    trusted: false,
  },
  {
    what: 'in the same boot the offset learnt from the server holds',
    wall: 905_000,
    boot: 'a',
    known: { time: 4_000, bootId: 'a', offsetMs: 900_000 },
    time: 5_000,
    trusted: true,
  },
  {
    what: 'after another boot it does not',
    wall: 5_000,
    boot: 'b',
    known: { time: 4_000, bootId: 'a', offsetMs: 900_000 },
    time: 5_000,
    trusted: true,
  },
])('$what', ({ wall, boot, known, time, trusted }) => {
  expect(startTime(wall, boot, known)).toEqual({ time, trusted })
})
