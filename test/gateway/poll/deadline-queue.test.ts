import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DeadlineQueue } from '../../../gateway/poll/deadline-queue.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { propertyParameters } from '../../suites/counts.ts'

test('whatever is set, moved and deleted, each deadline is handed out once, in order and not before its time', async () => {
  const key = fc.integer({ min: 0, max: 12 }).map(String)
  const step = fc.oneof(
    fc.record({ set: key, inMs: fc.nat(500) }),
    fc.record({ delete: key }),
    fc.record({ advance: fc.nat(200) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (script) => {
      const clock = new FakeClock()
      const model = new Map<string, number>()
      const queue = new DeadlineQueue(
        clock,
        () => clock.monotonic(),
        (due, at) => {
          expect(model.get(due)).toBe(at)
          expect(at).toBeLessThanOrEqual(clock.monotonic())
          expect(Math.min(...model.values())).toBe(at)
          model.delete(due)
        },
      )
      for (const each of script) {
        if ('set' in each) {
          model.set(each.set, clock.monotonic() + each.inMs)
          queue.set(each.set, clock.monotonic() + each.inMs)
        } else if ('delete' in each) {
          model.delete(each.delete)
          queue.delete(each.delete)
        } else {
          await clock.advance(each.advance)
          // A deadline of this very moment has its timer one millisecond later.
          for (const at of model.values()) expect(at).toBeGreaterThanOrEqual(clock.monotonic())
        }
        expect(queue.size).toBe(model.size)
      }
      await clock.advance(1_000)
      expect(model.size).toBe(0)
    }),
    propertyParameters(0.5),
  )
})
