const MAX_LENGTH = 64

/**
 * What a device calls a value, as the name of a metric or fact: `batteryLevel` → `battery_level`, `Temp °C` → `temp_c`.
 * Undefined when no Latin letter or digit is left of it. The unit is not enforced: it is the device's own word.
 */
export function metricNameOf(name: string): string | undefined {
  const words = name
    .slice(0, 4 * MAX_LENGTH)
    .normalize('NFKD')
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+/, '')
  const named = /^[0-9]/.test(words) ? `n${words}` : words
  const cut = named.slice(0, MAX_LENGTH).replace(/_+$/, '')
  return cut === '' ? undefined : cut
}
