import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  beginSpan,
  eventTimeOf,
  isContinued,
  isOlderSpan,
  isSameSpan,
  moveWatermark,
  neverWatched,
  type SpanMark,
  unwatchedTails,
  type WatchClock,
  watchedAt,
  watchedOf,
  watchedThrough,
} from '../../../server/health/watch-clock.ts'
import { propertyParameters } from '../../suites/counts.ts'

const time = fc.nat(1_000_000)
const messages = fc.array(
  fc.record({
    newSpan: fc.boolean(),
    lost: fc.nat(3),
    spanStart: time,
    through: time,
    held: fc.dictionary(fc.constantFrom('a', 'b'), time, { maxKeys: 2 }),
  }),
  { maxLength: 20 },
)

interface Told {
  clock: WatchClock
  before: WatchClock
  mark: SpanMark
}

/** The clock as a gateway's messages move it; some of them are lost on the way. */
function* tell(story: typeof messages extends fc.Arbitrary<infer T> ? T : never): Generator<Told> {
  let clock = neverWatched
  let mark: SpanMark = { epoch: 1, span: 0, spanStart: 0, through: 0, after: 0, seq: 0 }
  for (const { newSpan, lost, spanStart, through, held } of story) {
    const seq = mark.seq + 1 + lost
    mark = {
      ...{ epoch: 1, seq, after: seq - 1, through: newSpan ? Math.max(spanStart, through) : through },
      span: mark.span + (newSpan ? 1 : 0),
      spanStart: newSpan ? spanStart : mark.spanStart,
    }
    const before = clock
    clock = isSameSpan(clock, mark) && isContinued(clock, mark) ? { ...clock, seq } : beginSpan(clock, mark)
    clock = moveWatermark(clock, mark.through, new Map(Object.entries(held)))
    yield { clock, before, mark }
  }
}

test('watched time never goes back, whatever event times do', () => {
  fc.assert(
    fc.property(messages, (story) => {
      for (const { clock, before } of tell(story))
        expect(watchedThrough(clock)).toBeGreaterThanOrEqual(watchedThrough(before))
    }),
    propertyParameters(),
  )
})

test('a device that is held stands still: it is never watched further than its gateway, nor further than where it was held', () => {
  fc.assert(
    fc.property(messages, (story) => {
      for (const { clock } of tell(story)) {
        for (const id of ['a', 'b']) {
          expect(watchedOf(clock, id)).toBeLessThanOrEqual(watchedThrough(clock))
          const since = clock.held.get(id)
          if (since !== undefined) expect(watchedOf(clock, id)).toBeLessThanOrEqual(watchedAt(clock, since))
          const tail = unwatchedTails(clock).get(id) ?? 0
          expect(watchedOf(clock, id) + tail).toBe(watchedThrough(clock))
        }
      }
    }),
    propertyParameters(),
  )
})

test('only what follows without a gap adds the time since the message before', () => {
  fc.assert(
    fc.property(messages, (story) => {
      for (const { clock, before, mark } of tell(story)) {
        const added = watchedThrough(clock) - watchedThrough(before)
        if (!isContinued(before, mark)) expect(added).toBe(0)
        else if (!isSameSpan(before, mark)) expect(added).toBe(mark.through - mark.spanStart)
      }
    }),
    propertyParameters(),
  )
})

test('times of two spans are never compared: a span that starts in the past or the future counts only its own length', () => {
  const first = moveWatermark(
    beginSpan(neverWatched, { epoch: 1, span: 1, spanStart: 500, through: 500, after: 0, seq: 1 }),
    ...([900, new Map()] as const),
  )
  for (const spanStart of [10, 500_000]) {
    const mark = { epoch: 1, span: 2, spanStart, through: spanStart, after: 1, seq: 2 }
    const second = moveWatermark(beginSpan(first, mark), spanStart + 50, new Map())
    expect(watchedThrough(second)).toBe(450)
    expect(eventTimeOf(second, 430)).toBe(spanStart + 30)
  }
})

test('spans are ordered by epoch, then by number', () => {
  const clock = { ...neverWatched, epoch: 2, span: 5 }
  expect(isOlderSpan(clock, { epoch: 1, span: 9 })).toBe(true)
  expect(isOlderSpan(clock, { epoch: 2, span: 4 })).toBe(true)
  expect(isOlderSpan(clock, { epoch: 2, span: 5 })).toBe(false)
  expect(isOlderSpan(clock, { epoch: 3, span: 1 })).toBe(false)
})
