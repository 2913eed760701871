import { describe, expect, test } from 'vitest'
import { Passwords, recommendedCost } from '../../../server/access/passwords.ts'
import { quickCost } from '../api-under-test.ts'

describe('a password hash', () => {
  test('names its parameters, so that it opens after the recommendation has changed', async () => {
    const stored = await new Passwords(quickCost).hash('open sesame')
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=8,t=1,p=1\$[^$]{22}\$[^$]{43}$/)
    const later = new Passwords({ memoryKib: 16, passes: 2, lanes: 1 })
    expect(await later.verify('open sesame', stored)).toBe(true)
    expect(await later.verify('open sesame ', stored)).toBe(false)
  })

  test('costs what RFC 9106 recommends', async () => {
    expect(recommendedCost).toEqual({ memoryKib: 65_536, passes: 3, lanes: 4 })
    const passwords = new Passwords()
    const stored = await passwords.hash('open sesame')
    expect(stored).toContain('$m=65536,t=3,p=4$')
    expect(await passwords.verify('open sesame', stored)).toBe(true)
  })

  test('is another each time for the same password', async () => {
    const passwords = new Passwords(quickCost)
    expect(await passwords.hash('x')).not.toBe(await passwords.hash('x'))
  })

  test('takes the same characters typed in another way', async () => {
    const passwords = new Passwords(quickCost)
    expect(await passwords.verify('caf\u00e9 １２', await passwords.hash('cafe\u0301 12'))).toBe(true)
  })

  test('of nobody fits no password', async () => {
    expect(await new Passwords(quickCost).verify('', null)).toBe(false)
  })
})

test('a crowd at the door is refused rather than kept in memory', async () => {
  const passwords = new Passwords({ memoryKib: 1_024, passes: 1, lanes: 1 })
  const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => passwords.hash('x')))
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(34)
  expect(await passwords.hash('afterwards')).toContain('$argon2id$')
})
