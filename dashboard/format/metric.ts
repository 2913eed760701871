import { unitSuffixes } from '@stillwatch/contract/sample.ts'

/** `if_in_bps.3` → base `if_in_bps`, part `3`. */
export function splitMetric(metric: string): { base: string; part: string | undefined } {
  const dot = metric.indexOf('.')
  return dot < 0
    ? { base: metric, part: undefined }
    : { base: metric.slice(0, dot), part: metric.slice(dot + 1) }
}

/** The fact that names one of many: `if_in_bps`, `3` → `if_name_3`. */
export const nameFactOf = (base: string, part: string): string => `${base.split('_', 1)[0]}_name_${part}`

/** Whether a fact only names one of many; its name is shown with the values. */
export const isNameFact = (fact: string): boolean => /^[a-z0-9]+_name_/.test(fact)

/** A readable name for a metric nobody has translated: `battery_charge_percent` → `Battery charge`. */
export function metricWords(base: string): string {
  const words = base.split('_')
  const last = words.at(-1) ?? ''
  if (words.length > 1 && last in unitSuffixes) words.pop()
  return capitalised(words.join(' '))
}

/** `authProtocol`, `temperature_high` → `Auth protocol`, `Temperature high`. */
export const nameWords = (name: string): string =>
  capitalised(
    name
      .replaceAll('_', ' ')
      .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
      .toLowerCase(),
  )

const capitalised = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)
