import Type from 'typebox'

/** A metric's name carries its unit: `rtt_ms`, `battery_charge_percent`, `uptime_s`. One instance of many follows a dot: `if_in_bps.3`. */
export const metricPattern = '^[a-z][a-z0-9_]{0,63}(\\.[A-Za-z0-9_-]{1,32})?$'
export const MetricName = Type.String({ pattern: metricPattern })

/** Names of facts: text or booleans that describe a device (`sys_descr`, `serial`). */
export const factPattern = '^[a-z][a-z0-9_]{0,63}$'
export const MAX_FACT_LENGTH = 512
export const FactName = Type.String({ pattern: factPattern })
export const FactValue = Type.Union([Type.String({ maxLength: MAX_FACT_LENGTH }), Type.Boolean()])

/** Known units, longest first, as the last part of a metric's name. The dashboard prints them; an unknown ending has no unit. */
export const unitSuffixes = {
  percent: '%',
  bps: 'bit/s',
  ms: 'ms',
  s: 's',
  c: '°C',
  v: 'V',
  a: 'A',
  w: 'W',
  bytes: 'B',
  hz: 'Hz',
  count: '',
  state: '',
} as const satisfies Record<string, string>

/** The printable unit of a metric: `rtt_ms` → `ms`; empty when the name carries none. */
export function unitOf(metric: string): string {
  const base = metric.split('.', 1)[0] ?? metric
  const suffix = base.slice(base.lastIndexOf('_') + 1)
  return suffix in unitSuffixes ? unitSuffixes[suffix as keyof typeof unitSuffixes] : ''
}
