import { unitSuffixes } from '@stillwatch/contract/sample.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isNameFact, metricWords, nameFactOf, nameWords, splitMetric } from '../../dashboard/format/metric.ts'
import { numberText, valueText } from '../../dashboard/format/value.ts'
import { propertyParameters } from '../suites/counts.ts'

describe('a number', () => {
  it('has three significant digits when small and grouped digits when large', () => {
    expect(numberText(12.3456, 'en')).toBe('12.3')
    expect(numberText(0.00123456, 'en')).toBe('0.00123')
    expect(numberText(1_234_567.8, 'en')).toBe('1,234,568')
    expect(numberText(0, 'en')).toBe('0')
  })
})

describe('a value', () => {
  it('comes with its unit', () => {
    expect(valueText(47.52, '°C', 'en')).toBe('47.5 °C')
    expect(valueText(97, '%', 'en')).toBe('97%')
    expect(valueText(3, '', 'en')).toBe('3')
  })

  it('of traffic or storage is scaled by thousands', () => {
    expect(valueText(999, 'bit/s', 'en')).toBe('999 bit/s')
    expect(valueText(12_300_000, 'bit/s', 'en')).toBe('12.3 Mbit/s')
    expect(valueText(2_500_000_000_000_000, 'B', 'en')).toBe('2,500 TB')
    expect(valueText(-4_500, 'bit/s', 'en')).toBe('-4.5 kbit/s')
  })

  it('of many seconds is a duration, of few a measurement', () => {
    expect(valueText(864_000, 's', 'en')).toBe('10 days')
    expect(valueText(1.5, 's', 'en')).toBe('1.5 s')
  })

  it('that is no number is a dash', () => {
    expect(valueText(Number.NaN, 'ms', 'en')).toBe('–')
    expect(valueText(Number.POSITIVE_INFINITY, 'ms', 'en')).toBe('–')
  })

  it('is short enough for a list in every known unit', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -1e15, max: 1e15, noNaN: true }),
        fc.constantFrom(...Object.values(unitSuffixes)),
        (value, unit) => {
          expect(valueText(value, unit, 'en').length).toBeLessThanOrEqual(32)
        },
      ),
      propertyParameters(),
    )
  })
})

describe('a metric', () => {
  it('is split into what it measures and of which part', () => {
    expect(splitMetric('if_in_bps.3')).toEqual({ base: 'if_in_bps', part: '3' })
    expect(splitMetric('rtt_ms')).toEqual({ base: 'rtt_ms', part: undefined })
    expect(nameFactOf('if_in_bps', '3')).toBe('if_name_3')
    expect(isNameFact('if_name_3')).toBe(true)
    expect(isNameFact('sys_name')).toBe(false)
  })

  it('nobody has translated is called by its own words without the unit', () => {
    expect(metricWords('battery_charge_percent')).toBe('Battery charge')
    expect(metricWords('percent')).toBe('Percent')
    expect(nameWords('offlinePayload')).toBe('Offline payload')
    expect(nameWords('temperature_high')).toBe('Temperature high')
  })
})
