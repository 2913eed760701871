import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fullTimeText, timeText, withReadableTimes } from '../../dashboard/format/time.ts'
import { fuzzParameters } from '../suites/counts.ts'

const at = (text: string): number => new Date(text).getTime()

describe('a moment', () => {
  it('is a time of day on the same day', () => {
    expect(timeText(at('2026-03-04T10:32:05'), at('2026-03-04T23:00:00'), 'en')).toBe('10:32:05')
  })

  it('brings its date on another day, and its year in another year', () => {
    expect(timeText(at('2026-03-03T23:59:59'), at('2026-03-04T00:00:01'), 'en')).toBe('Mar 3, 23:59')
    expect(timeText(at('2025-12-31T08:05:00'), at('2026-03-04T00:00:01'), 'en')).toContain('2025')
  })

  it('is told in the language of the page', () => {
    expect(timeText(at('2026-03-03T08:05:00'), at('2026-03-04T00:00:01'), 'zh-CN')).toBe('3月3日 08:05')
  })

  it('is told with date and zone where there is room', () => {
    expect(fullTimeText(at('2026-03-03T08:05:00'), 'en')).toMatch(/Tuesday, March 3, 2026.*08:05:00/)
  })
})

describe('free text of the server', () => {
  it('has its times made readable and nothing else changed', () => {
    const time = new Date(at('2026-03-04T10:32:05')).toISOString()
    const text = `Last sign of life ${time}. Port 7.`
    expect(withReadableTimes(text, at('2026-03-04T11:00:00'), 'en')).toBe(
      'Last sign of life 10:32:05. Port 7.',
    )
  })

  it('keeps a time that is none', () => {
    expect(withReadableTimes('2026-99-99T99:99:99Z', 0, 'en')).toBe('2026-99-99T99:99:99Z')
  })

  it('never fails, whatever a device put into it', () => {
    const digits = fc.integer({ min: 0, max: 99 }).map((number) => String(number).padStart(2, '0'))
    const almostTimes = fc
      .tuple(fc.string(), digits, digits, digits, digits, digits, fc.string())
      .map(([before, mo, d, h, mi, s, after]) => `${before}20${d}-${mo}-${d}T${h}:${mi}:${s}Z${after}`)
    fc.assert(
      fc.property(fc.oneof(fc.string(), almostTimes), (text) => {
        expect(typeof withReadableTimes(text, 0, 'en')).toBe('string')
      }),
      fuzzParameters(0.25),
    )
  })
})
