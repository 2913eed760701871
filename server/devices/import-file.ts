import { NewDevice } from '@stillwatch/contract/api/devices.ts'
import { CsvError, parse } from 'csv-parse/sync'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { columnOf, namingColumns, requiredColumns, valueColumns } from './import-columns.ts'
import { inTurns } from './slices.ts'

/** More would hold every other change up for seconds. */
const ROWS_PER_IMPORT = 10_000
const RECORD_CHARACTERS = 20_000
const ANCESTORS = 16

export interface ImportError {
  /** As an editor counts, from 1. */
  line: number
  column?: string
  message: string
}

export interface ImportRow {
  line: number
  /** Cells of the columns that name things. */
  site: string
  gateway: string
  dependsOn: string[]
  /** Everything else, with ids still to be filled in. */
  device: NewDevice
}

export interface ImportFile {
  rows: ImportRow[]
  errors: ImportError[]
}

const compiled = Compile(NewDevice)

/** Reads a file of devices as far as that goes without knowing what is there already. Finds every error, not only the first. */
export async function readImportFile(csv: string): Promise<ImportFile> {
  const { records, errors } = readRecords(csv)
  const [head, ...body] = records
  if (!head)
    return { rows: [], errors: errors.length > 0 ? errors : [{ line: 1, message: 'The file is empty.' }] }
  errors.push(...headErrors(head))
  if (body.length > ROWS_PER_IMPORT) {
    errors.push({ line: 1, message: `A file takes at most ${ROWS_PER_IMPORT} devices.` })
    return { rows: [], errors }
  }
  const rows = await inTurns(body, (record) => readRow(head.cells, record, errors))
  return { rows, errors }
}

interface CsvRecord {
  line: number
  cells: string[]
}

function readRecords(csv: string): { records: CsvRecord[]; errors: ImportError[] } {
  try {
    const parsed = parse(csv.replace(/\r\n?/g, '\n'), {
      bom: true,
      info: true,
      trim: true,
      // 19" racks have quotes in their names.
      relax_quotes: true,
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_empty_values: true,
      max_record_size: RECORD_CHARACTERS,
      to: ROWS_PER_IMPORT + 2,
    }) as unknown as { record: string[]; info: { lines: number } }[]
    const records = parsed.map(({ record, info }) => ({
      line: info.lines - linesInside(record),
      cells: record,
    }))
    return { records, errors: [] }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error
    return {
      records: [],
      errors: [{ line: Number(error.lines ?? 1), message: `This is not CSV: ${error.message}.` }],
    }
  }
}

/** The parser counts to the end of a record; a quoted cell may hold line breaks. */
const linesInside = (cells: readonly string[]): number =>
  cells.reduce((sum, cell) => sum + (cell.match(/\n/g)?.length ?? 0), 0)

function headErrors({ line, cells }: CsvRecord): ImportError[] {
  const known = (name: string) =>
    valueColumns.has(name) || (namingColumns as readonly string[]).includes(name)
  return [
    ...requiredColumns
      .filter((name) => !cells.includes(name))
      .map((column) => ({ line, column, message: 'This column is missing.' })),
    ...cells
      .filter((name) => !known(name))
      .map((column) => ({ line, column, message: 'There is no such column.' })),
    ...cells
      .filter((name, index) => cells.indexOf(name) < index)
      .map((column) => ({ line, column, message: 'This column is there twice.' })),
  ]
}

function readRow(head: readonly string[], { line, cells }: CsvRecord, errors: ImportError[]): ImportRow {
  if (cells.length > head.length)
    errors.push({ line, message: 'This line has more cells than there are columns.' })
  const cell = (name: string): string => cells[head.indexOf(name)] ?? ''
  // Ids that fit the schema stand in until the names are looked up.
  const device: Record<string, unknown> = { siteId: '?', gatewayId: '?', drivers: {} }
  head.forEach((name, index) => {
    const column = valueColumns.get(name)
    const text = cells[index] ?? ''
    if (!column || text === '') return
    const value = column.number ? Number(text) : text
    if (Number.isNaN(value)) errors.push({ line, column: name, message: `"${text}" is not a number.` })
    else put(device, column.path, value)
  })
  errors.push(...deviceErrors(device, head).map((error) => ({ line, ...error })))
  const dependsOn = namesIn(cell('dependsOn'))
  if (dependsOn.length > ANCESTORS) {
    errors.push({ line, column: 'dependsOn', message: `It can depend on at most ${ANCESTORS} devices.` })
  }
  return {
    line,
    site: cell('site'),
    gateway: cell('gateway'),
    dependsOn,
    device: device as unknown as NewDevice,
  }
}

const namesIn = (cell: string): string[] =>
  cell
    .split(';')
    .map((name) => name.trim())
    .filter((name) => name !== '')

function put(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path
  if (first === undefined) return
  if (rest.length === 0) target[first] = value
  else {
    target[first] ??= {}
    put(target[first] as Record<string, unknown>, rest, value)
  }
}

function deviceErrors(device: unknown, head: readonly string[]): Omit<ImportError, 'line'>[] {
  const complete = Value.Default(NewDevice, structuredClone(device))
  // Looking for errors is much slower than finding that there are none.
  if (compiled.Check(complete)) return []
  return compiled
    .Errors(complete)
    .flatMap(({ keyword, instancePath, params, message }): Omit<ImportError, 'line'>[] => {
      const path = instancePath.split('/').slice(1)
      if (keyword === 'required') {
        const names = (params as { requiredProperties: string[] }).requiredProperties
        return (
          names
            .map((name) => columnOf([...path, name]))
            // A column that is missing as a whole has been reported once already.
            .filter((column) => head.includes(column) || column.includes('.'))
            .map((column) => ({ column, message: 'This is missing.' }))
        )
      }
      if (keyword === 'minProperties')
        return [{ message: 'It needs at least one driver, for example snmp.version.' }]
      if (keyword === 'enum') {
        const { allowedValues } = params as { allowedValues: unknown[] }
        return [{ column: columnOf(path), message: `Must be one of ${allowedValues.join(', ')}.` }]
      }
      return [{ column: columnOf(path), message: `It ${message}.` }]
    })
}
