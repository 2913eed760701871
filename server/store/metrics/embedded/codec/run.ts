import { BitReader, BitWriter, ChunkError } from './bits.ts'
import { readIntegers, writeIntegers } from './integers.ts'
import { readValues, writeValues } from './values.ts'

/** Samples of one series as two columns of equal length; times are UTC milliseconds. */
export interface Run {
  times: Float64Array
  values: Float64Array
}

export const emptyRun = (): Run => ({ times: new Float64Array(), values: new Float64Array() })

const FORMAT = 1
/** What a reader is ready to hold; the store writes at most a few hundred samples at a time. */
export const MAX_RUN = 65_536

/** Times are safe integers in any order; values any doubles. Layout: format, count, times, values. */
export function encodeRun(run: Run): Uint8Array {
  if (run.times.length > MAX_RUN) throw new RangeError(`A run of ${run.times.length} samples is too long.`)
  const out = new BitWriter()
  writeHeader(out, run.times.length)
  if (run.times.length > 0) {
    writeIntegers(out, run.times)
    writeValues(out, run.values)
  }
  return out.finish()
}

/** Total: any bytes give either a run of at most MAX_RUN samples or a ChunkError. */
export function decodeRun(bytes: Uint8Array): Run {
  const input = new BitReader(bytes)
  const count = readHeader(input)
  const run =
    count === 0 ? emptyRun() : { times: readIntegers(input, count), values: readValues(input, count) }
  input.expectEnd()
  return run
}

/** A sealed run: like decodeRun, and its times strictly increase. */
export function decodeChunk(bytes: Uint8Array): Run {
  const run = decodeRun(bytes)
  for (let i = 1; i < run.times.length; i += 1)
    if ((run.times[i] as number) <= (run.times[i - 1] as number))
      throw new ChunkError('The times of a chunk do not increase.')
  return run
}

/** Format byte and count, shared by everything the store writes in columns. */
export function readHeader(input: BitReader): number {
  const format = input.byte()
  if (format !== FORMAT)
    throw new ChunkError(`Written in format ${format}; this version reads format ${FORMAT}.`)
  const count = input.signed()
  if (count < 0 || count > MAX_RUN) throw new ChunkError(`A run of ${count} samples is too long.`)
  return count
}

export function writeHeader(out: BitWriter, count: number): void {
  out.byte(FORMAT)
  out.signed(count)
}
