import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Deadlines } from '../../../server/health/deadlines.ts'
import { propertyParameters } from '../../suites/counts.ts'

/** One alarm a device, the earliest of those that were set; what is due comes in order of time. */
class SortedArray {
  readonly #alarms = new Map<string, number>()

  set(id: string, at: number): void {
    this.#alarms.set(id, Math.min(at, this.#alarms.get(id) ?? at))
  }

  forget(id: string): void {
    this.#alarms.delete(id)
  }

  takeDue(now: number): [string, number][] {
    const due = [...this.#alarms].filter(([, at]) => at <= now).sort(([, a], [, b]) => a - b)
    for (const [id] of due) this.#alarms.delete(id)
    return due
  }
}

test('the heap does what a sorted array would do', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.tuple(fc.constant('set' as const), fc.nat(12), fc.nat(100)) },
    { weight: 1, arbitrary: fc.tuple(fc.constant('forget' as const), fc.nat(12), fc.constant(0)) },
    { weight: 2, arbitrary: fc.tuple(fc.constant('take' as const), fc.constant(0), fc.nat(120)) },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const heap = new Deadlines()
      const model = new SortedArray()
      for (const [what, device, at] of steps) {
        const id = `d${device}`
        if (what === 'take') {
          const due = model.takeDue(at)
          const taken = heap.takeDue(at)
          expect(taken.toSorted()).toEqual(due.map(([one]) => one).toSorted())
          const times = new Map(due)
          expect(taken.map((one) => times.get(one))).toEqual(due.map(([, time]) => time))
        } else if (what === 'set') {
          heap.set(id, at)
          model.set(id, at)
        } else {
          heap.forget(id)
          model.forget(id)
        }
      }
    }),
    propertyParameters(),
  )
})
