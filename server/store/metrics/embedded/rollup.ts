import { MINUTE_MS } from '@stillwatch/contract/time.ts'
import { BitReader, BitWriter, ChunkError } from './codec/bits.ts'
import { readIntegers, writeIntegers } from './codec/integers.ts'
import { type Run, readHeader, writeHeader } from './codec/run.ts'
import { decimalsOf, readValues, writeValues } from './codec/values.ts'

/**
 * Quarter hours: fine enough that 30 days make 500 points and coarse enough that they take a tenth of a sample's bytes. Hours,
 * days and years are added up from them; a second, coarser level would save no row, because a roll-up row belongs to one chunk.
 */
export const ROLLUP_MS = 15 * MINUTE_MS
/** With fewer samples per quarter hour the samples themselves are as quick to read. */
const WORTH_SAMPLES_PER_PART = 4

/** What the samples of one quarter hour in one chunk add to any bucket that holds it. */
export interface Part {
  /** Start of the quarter hour, UTC ms. */
  at: number
  min: number
  max: number
  sum: number
  count: number
}

/** The parts of a run in time order; undefined when they would not be worth reading instead of it. */
export function rollUp(run: Run): Part[] | undefined {
  const parts: Part[] = []
  let part: Part | undefined
  for (let i = 0; i < run.times.length; i += 1) {
    const at = Math.floor((run.times[i] as number) / ROLLUP_MS) * ROLLUP_MS
    const value = run.values[i] as number
    if (part?.at !== at) {
      part = { at, min: value, max: value, sum: 0, count: 0 }
      parts.push(part)
    }
    if (value < part.min) part.min = value
    if (value > part.max) part.max = value
    part.sum += value
    part.count += 1
  }
  if (run.times.length < parts.length * WORTH_SAMPLES_PER_PART) return undefined
  return withExactSums(parts, decimalsOf(run.values))
}

/** Adding 0.1 ten times gives 0.9999999999999999: a sum of short decimals is one too, which is truer and packs smaller. */
function withExactSums(parts: Part[], decimals: number | undefined): Part[] {
  if (decimals === undefined) return parts
  const scale = 10 ** decimals
  return parts.map((part) => {
    const scaled = Math.round(part.sum * scale)
    return Number.isSafeInteger(scaled) ? { ...part, sum: scaled / scale } : part
  })
}

export function encodeParts(parts: readonly Part[]): Uint8Array {
  const out = new BitWriter()
  const column = (of: (part: Part) => number) => Float64Array.from(parts, of)
  writeHeader(out, parts.length)
  writeIntegers(
    out,
    column((part) => part.at / ROLLUP_MS),
  )
  writeIntegers(
    out,
    column((part) => part.count),
  )
  writeValues(
    out,
    column((part) => part.min),
  )
  writeValues(
    out,
    column((part) => part.max),
  )
  writeValues(
    out,
    column((part) => part.sum),
  )
  return out.finish()
}

/** Total, like decodeRun: parts, or a ChunkError. */
export function decodeParts(bytes: Uint8Array): Part[] {
  const input = new BitReader(bytes)
  const length = readHeader(input)
  if (length === 0) throw new ChunkError('A roll-up is empty.')
  const quarters = readIntegers(input, length)
  const counts = readIntegers(input, length)
  const mins = readValues(input, length)
  const maxs = readValues(input, length)
  const sums = readValues(input, length)
  input.expectEnd()
  return Array.from(quarters, (quarter, i) => ({
    at: quarter * ROLLUP_MS,
    min: mins[i] as number,
    max: maxs[i] as number,
    sum: sums[i] as number,
    count: counts[i] as number,
  }))
}
