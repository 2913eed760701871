import { SECOND_MS } from '@stillwatch/contract/time.ts'
import { durationText } from './age.ts'

const thousands: Record<string, readonly string[]> = {
  'bit/s': ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'],
  B: ['B', 'kB', 'MB', 'GB', 'TB'],
}

/** From here on seconds are a duration (an uptime), below they are a measurement. */
const LONG_S = 120

/** A number as people read it: three significant digits but nothing finer than a millionth, digits grouped, never an exponent. */
export function numberText(value: number, locale: string): string {
  const large = Math.abs(value) >= 1_000
  const fine = {
    maximumSignificantDigits: 3,
    maximumFractionDigits: 6,
    roundingPriority: 'lessPrecision',
  } as const
  const precision = large ? { maximumFractionDigits: 0 } : fine
  return new Intl.NumberFormat(locale, precision).format(value)
}

/** A measured value with its unit: `12.3 Mbit/s`, `47.5 °C`, `3 days 4 hr`. */
export function valueText(value: number, unit: string, locale: string): string {
  if (!Number.isFinite(value)) return '–'
  if (unit === 's' && Math.abs(value) >= LONG_S) return durationText(value * SECOND_MS, locale)
  const steps = thousands[unit]
  if (steps) return scaledText(value, steps, locale)
  const number = numberText(value, locale)
  if (unit === '') return number
  return unit === '%' ? `${number}%` : `${number} ${unit}`
}

function scaledText(value: number, steps: readonly string[], locale: string): string {
  let [scaled, step] = [value, 0]
  while (Math.abs(scaled) >= 1_000 && step < steps.length - 1) {
    scaled /= 1_000
    step += 1
  }
  return `${numberText(scaled, locale)} ${steps[step]}`
}
