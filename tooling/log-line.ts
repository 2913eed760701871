/** One line of a child's log, as pino writes it; anything else a child prints is undefined. */
export type LogRecord = Readonly<Record<string, unknown>> & { msg?: string; level?: number }

export function parseLogLine(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined
  try {
    const record: unknown = JSON.parse(line)
    return typeof record === 'object' && record !== null ? (record as LogRecord) : undefined
  } catch {
    return undefined
  }
}

/** Said elsewhere in the line, or of no use to a person. */
const notShown = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'v'])

const loudness = (level: unknown): string =>
  typeof level !== 'number' || level < 40 ? '' : level < 50 ? 'WARNING ' : 'ERROR '

/** `10:41:07 gateway  enrolled with the server  gatewayId=0190…`: local time, who, the sentence, then the figures. */
export function formatLogLine(process: string, record: LogRecord): string {
  const time = typeof record.time === 'number' ? new Date(record.time) : undefined
  const figures = Object.entries(record)
    .filter(([key, value]) => !notShown.has(key) && value !== undefined)
    .map(([key, value]) => `${key}=${formatValue(value)}`)
  const sentence = `${loudness(record.level)}${record.msg ?? ''}`
  return [
    `${clockTime(time)} ${process.padEnd(7)}`,
    sentence,
    ...(figures.length > 0 ? [figures.join(' ')] : []),
  ].join('  ')
}

const clockTime = (time: Date | undefined): string => (time ? time.toTimeString().slice(0, 8) : '--:--:--')

function formatValue(value: unknown): string {
  if (typeof value === 'string') return /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)
  if (typeof value === 'object' && value !== null && 'message' in value) return JSON.stringify(value.message)
  return JSON.stringify(value)
}
