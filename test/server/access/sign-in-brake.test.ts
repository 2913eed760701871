import { HOUR_MS, SECOND_MS } from '@stillwatch/contract/time.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SignInBrake } from '../../../server/access/sign-in-brake.ts'
import { propertyParameters } from '../../suites/counts.ts'

const attempts = (brake: SignInBrake, name: string, address: string, times: number, from = 0): number => {
  let now = from
  for (let i = 0; i < times; i += 1) {
    now += brake.enter(name, address, now)
    brake.enter(name, address, now)
  }
  return now - from
}

describe('the brake on signing in', () => {
  test('lets five attempts pass, then asks for one second, two, four ... up to five minutes', () => {
    const brake = new SignInBrake()
    for (let i = 0; i < 5; i += 1) expect(brake.enter('lin', 'a', 0)).toBe(0)
    const waits: number[] = []
    let now = 0
    for (let i = 0; i < 11; i += 1) {
      waits.push(brake.enter('lin', 'a', now) / SECOND_MS)
      now += brake.enter('lin', 'a', now)
      expect(brake.enter('lin', 'a', now)).toBe(0)
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300])
  })

  test('forgets after an hour', () => {
    const brake = new SignInBrake()
    const spent = attempts(brake, 'lin', 'a', 12)
    expect(brake.enter('lin', 'a', spent + HOUR_MS + 1)).toBe(0)
  })

  test('takes a user name in any case for the same', () => {
    const brake = new SignInBrake()
    for (let i = 0; i < 5; i += 1) brake.enter(i % 2 ? 'LIN' : 'lin', 'a', 0)
    expect(brake.enter('Lin', 'a', 0)).toBeGreaterThan(0)
  })

  test('never holds a person back for long, from wherever others guess', () => {
    const brake = new SignInBrake()
    for (let i = 0; i < 5_000; i += 1) brake.enter('lin', `botnet ${i}`, 0)
    expect(brake.enter('lin', 'a new place', 0)).toBeLessThanOrEqual(30 * SECOND_MS)
  })

  test('does not hold a person back at all where they have signed in before', () => {
    const brake = new SignInBrake()
    brake.enter('lin', 'office', 0)
    brake.succeeded('lin', 'office')
    for (let i = 0; i < 5_000; i += 1) brake.enter('lin', `botnet ${i}`, 0)
    expect(brake.enter('lin', 'office', 0)).toBe(0)
  })

  test('lets at most a few guesses an hour pass from one address, however they are spread', () => {
    const pause = fc.integer({ min: 0, max: 60 * SECOND_MS })
    fc.assert(
      fc.property(fc.array(pause, { minLength: 100, maxLength: 400 }), (pauses) => {
        const brake = new SignInBrake()
        let now = 0
        let passed = 0
        for (const ms of pauses) {
          now += ms
          if (now > HOUR_MS) break
          if (brake.enter('lin', 'a', now) === 0) passed += 1
        }
        // 5 free, 9 while the delay doubles, then one in five minutes.
        expect(passed).toBeLessThanOrEqual(5 + 9 + 12)
      }),
      propertyParameters(),
    )
  })
})
