import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@stillwatch/contract/time.ts'

type Unit = 'second' | 'minute' | 'hour' | 'day'

const inUnit = (value: number, unit: Unit, locale: string): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'short' }).format(value)

/** `5 sec`, `12 min`, `2 hr 5 min`, `3 days 4 hr`: never more than a person can use. Below zero counts as zero: clocks differ a little. */
export function durationText(ms: number, locale: string): string {
  const left = Math.max(0, ms)
  if (left < MINUTE_MS) return inUnit(Math.floor(left / SECOND_MS), 'second', locale)
  if (left < HOUR_MS) return inUnit(Math.floor(left / MINUTE_MS), 'minute', locale)
  if (left < DAY_MS) return twoUnits(left, HOUR_MS, 'hour', MINUTE_MS, 'minute', locale)
  return twoUnits(left, DAY_MS, 'day', HOUR_MS, 'hour', locale)
}

function twoUnits(ms: number, largeMs: number, large: Unit, smallMs: number, small: Unit, locale: string) {
  const rest = Math.floor((ms % largeMs) / smallMs)
  const first = inUnit(Math.floor(ms / largeMs), large, locale)
  return rest === 0 ? first : `${first} ${inUnit(rest, small, locale)}`
}

/** `0.3s`: how long ago the server was last heard. */
export const shortAgeText = (ms: number, locale: string): string =>
  new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: 'second',
    unitDisplay: 'narrow',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(Math.min(Math.max(0, ms), 99_000) / SECOND_MS)

/** A value nobody has confirmed for three intervals says nothing about now. */
export const isOld = (ageMs: number, intervalS: number): boolean =>
  ageMs > Math.max(3 * intervalS * SECOND_MS, 10 * SECOND_MS)
