import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, totalmem } from 'node:os'
import { join } from 'node:path'

const page = join(import.meta.dirname, '../../docs/benchmarks.md')

export interface Figures {
  /** Names the bench file and the place of its figures in docs/benchmarks.md. */
  bench: string
  columns: readonly string[]
  rows: readonly (readonly (string | number)[])[]
}

const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`

/** Taken when the bench file is loaded: later it is the bench itself that loads the machine. */
const loadBefore = loadavg()[0] ?? 0

/** Prints the table and puts it in its place in docs/benchmarks.md; the text around it is written by hand. */
export function report({ bench, columns, rows }: Figures): void {
  const table = [row(columns), row(columns.map(() => '---')), ...rows.map(row)].join('\n')
  const gib = Math.round(totalmem() / 2 ** 30)
  const machine = `${cpus()[0]?.model ?? 'unknown processor'}, ${cpus().length} cores, ${gib} GiB, ${process.platform}`
  const when = new Date().toISOString().slice(0, 10)
  const how = `\`npm run bench -- ${bench}\` · ${machine} · Node ${process.version} · ${when} · load ${loadBefore.toFixed(1)} before it began`
  console.log(`${table}\n${how}`)
  const [begin, end] = [`<!-- figures of ${bench} -->`, '<!-- end of figures -->']
  const text = readFileSync(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`docs/benchmarks.md has no place for the figures of ${bench}.`)
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n${table}\n\n${how}\n${text.slice(to)}`)
}

/** The value below which this share of the values lie. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Three significant digits, without an exponent. */
export const figure = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
