import fc from 'fast-check'
import { expect, test } from 'vitest'
import { GroupCommit } from '../../../server/ingest/group-commit.ts'
import { FakeClock } from '../../fakes/fake-clock.ts'
import { propertyParameters } from '../../suites/counts.ts'

test('whatever arrives while a group is committed is committed after it, in order, once', async () => {
  const arrivals = fc.array(fc.tuple(fc.nat(40), fc.nat(600)), { maxLength: 12 })
  await fc.assert(
    fc.asyncProperty(arrivals, fc.nat(50), async (bursts, commitMs) => {
      const clock = new FakeClock()
      const committed: number[] = []
      let running = 0
      const group = new GroupCommit<number>(clock, async (inputs) => {
        running += 1
        expect(running).toBe(1)
        await new Promise<void>((resolve) => void clock.timer(commitMs, resolve))
        committed.push(...inputs)
        running -= 1
      })
      let next = 0
      for (const [waitMs, count] of bursts) {
        for (let n = 0; n < count; n += 1) group.add(next++)
        await clock.advance(waitMs)
      }
      await clock.advance(60_000)
      expect(committed).toEqual(Array.from({ length: next }, (_, n) => n))
      expect(group.waiting).toBe(0)
    }),
    propertyParameters(0.05),
  )
})

test('closing commits what waits and takes nothing more', async () => {
  const clock = new FakeClock()
  const committed: string[] = []
  const group = new GroupCommit<string>(clock, (inputs) => Promise.resolve(void committed.push(...inputs)))
  group.add('a')
  const closed = group.close()
  expect(group.add('b')).toBe(false)
  await clock.advance(1_000)
  await closed
  expect(committed).toEqual(['a'])
})

test('more than it can hold is not taken, so that a slow disk does not fill the memory', async () => {
  const group = new GroupCommit<number>(new FakeClock(), () => new Promise(() => undefined))
  let taken = 0
  while (taken < 30_000 && group.add(taken)) taken += 1
  expect(taken).toBe(20_000)
})
