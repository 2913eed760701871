import { describe, expect, it } from 'vitest'
import { durationText, isOld, shortAgeText } from '../../dashboard/format/age.ts'

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000]

describe('how long something lasts', () => {
  it('is told in seconds, minutes, hours with minutes, days with hours', () => {
    expect(durationText(5 * second, 'en')).toBe('5 sec')
    expect(durationText(12 * minute + 40 * second, 'en')).toBe('12 min')
    expect(durationText(2 * hour + 5 * minute, 'en')).toBe('2 hr 5 min')
    expect(durationText(3 * day + 4 * hour, 'en')).toBe('3 days 4 hr')
  })

  it('leaves a zero second unit out', () => {
    expect(durationText(2 * hour, 'en')).toBe('2 hr')
    expect(durationText(10 * day + 30 * minute, 'en')).toBe('10 days')
  })

  it('is told in the language of the page', () => {
    expect(durationText(2 * hour + 5 * minute, 'zh-CN')).toBe('2小时 5分钟')
  })

  it('never is below zero, however the clocks differ', () => {
    expect(durationText(-5 * minute, 'en')).toBe('0 sec')
  })

  it('never rounds up into a unit that is not over yet', () => {
    expect(durationText(minute - 1, 'en')).toBe('59 sec')
    expect(durationText(hour - 1, 'en')).toBe('59 min')
    expect(durationText(day - 1, 'en')).toBe('23 hr 59 min')
  })
})

describe('the age of the last word from the server', () => {
  it('is told to a tenth of a second', () => {
    expect(shortAgeText(340, 'en')).toBe('0.3s')
    expect(shortAgeText(4_960, 'zh-CN')).toBe('5.0秒')
  })
})

describe('a value', () => {
  it('is old when three intervals have passed without it, and never within ten seconds', () => {
    expect(isOld(59 * second, 20)).toBe(false)
    expect(isOld(61 * second, 20)).toBe(true)
    expect(isOld(9 * second, 1)).toBe(false)
    expect(isOld(11 * second, 1)).toBe(true)
  })
})
