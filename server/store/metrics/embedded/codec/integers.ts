import { type BitReader, type BitWriter, bitLength, ChunkError } from './bits.ts'

/**
 * One column of safe integers. Times, scaled values and roll-ups are all such columns.
 *
 * The column is differenced 0, 1 or 2 times, whichever is cheapest: 0 suits noise around a level, 1 a slow drift or a regular
 * clock with jitter, 2 a growing counter. What is left is written relative to its middle as exponential Golomb codes, which take
 * a rare outlier (a gap, a counter that restarts) without making its neighbours longer.
 *
 * Layout: one byte (order in the high 2 bits, Golomb parameter in the low 6), middle, one seed per order, codes.
 */

/** Golomb parameter that says: every number equals the middle, no codes follow. */
const ALL_EQUAL = 63
const LONGEST_MAGNITUDE_BITS = 54
/** About what a seed costs, to weigh one order against another. */
const SEED_BITS = 48
/** How many numbers are looked at to guess the middle. */
const PROBES = 15

interface Plan {
  order: number
  column: Float64Array
  middle: number
  golomb: number
  bits: number
}

export function writeIntegers(out: BitWriter, column: Float64Array): void {
  const plan = cheapest(column)
  out.byte(plan.order * 64 + plan.golomb)
  out.signed(plan.middle)
  const [first = 0, second = 0] = column
  if (plan.order >= 1) out.signed(first)
  if (plan.order === 2) out.signed(second - first)
  if (plan.golomb !== ALL_EQUAL)
    for (const number of plan.column) out.golomb(number - plan.middle, plan.golomb)
  out.align()
}

/** Reads `count` integers. Throws a ChunkError unless every one of them is a safe integer. */
export function readIntegers(input: BitReader, count: number): Float64Array {
  const head = input.byte()
  const order = head >>> 6
  const golomb = head & 63
  if (order > 2 || order > count) throw new ChunkError('A column has an unknown order.')
  if (golomb > LONGEST_MAGNITUDE_BITS && golomb !== ALL_EQUAL)
    throw new ChunkError('A column has an unknown code.')
  const middle = input.signed()
  const seeds = Array.from({ length: order }, () => input.signed())
  const column = new Float64Array(count)
  for (let i = order; i < count; i += 1)
    column[i] = golomb === ALL_EQUAL ? middle : middle + input.golomb(golomb)
  input.align()
  for (let level = order - 1; level >= 0; level -= 1) integrate(column, level, seeds[level] as number)
  for (let i = 0; i < count; i += 1)
    if (Math.abs(column[i] as number) > Number.MAX_SAFE_INTEGER)
      throw new ChunkError('A column holds a number that is too large.')
  return column
}

function cheapest(column: Float64Array): Plan {
  let best = planFor(0, column)
  let differences: Float64Array | undefined = column
  for (let order = 1; order <= 2 && order < column.length; order += 1) {
    differences = difference(differences)
    if (!differences) break
    const plan = planFor(order, differences)
    if (plan.bits < best.bits) best = plan
  }
  return best
}

function planFor(order: number, column: Float64Array): Plan {
  const lengths = new Int32Array(LONGEST_MAGNITUDE_BITS + 1)
  let middle = middleOf(column)
  if (!countLengths(column, middle, lengths)) {
    middle = 0
    lengths.fill(0)
    countLengths(column, middle, lengths)
  }
  const seedBits = order * SEED_BITS
  const zeros = lengths[0] as number
  if (zeros === column.length) return { order, column, middle, golomb: ALL_EQUAL, bits: seedBits }
  const golomb = medianOf(lengths, column.length)
  let bits = seedBits + column.length * (2 + golomb) - zeros
  for (let length = golomb + 1; length < lengths.length; length += 1)
    bits += (lengths[length] as number) * 2 * (length - golomb)
  return { order, column, middle, golomb, bits }
}

/** Counts how many numbers are how long relative to the middle; false when one of them cannot be written exactly that way. */
function countLengths(column: Float64Array, middle: number, lengths: Int32Array): boolean {
  for (let i = 0; i < column.length; i += 1) {
    const magnitude = Math.abs((column[i] as number) - middle)
    if (magnitude > Number.MAX_SAFE_INTEGER) return false
    const length = bitLength(magnitude)
    lengths[length] = (lengths[length] as number) + 1
  }
  return true
}

/** The median of a few evenly spaced numbers: an outlier cannot pull it away as it would the mean. */
function middleOf(column: Float64Array): number {
  const step = Math.max(1, Math.floor(column.length / PROBES))
  const probes: number[] = []
  for (let i = 0; i < column.length; i += step) probes.push(column[i] as number)
  probes.sort((a, b) => a - b)
  return probes[probes.length >> 1] ?? 0
}

/** One more parameter bit costs every number 1 bit and saves the longer ones 2: the median length is where that stops paying. */
function medianOf(lengths: Int32Array, count: number): number {
  let longer = count
  for (let length = 0; ; length += 1) {
    longer -= lengths[length] as number
    if (longer * 2 <= count) return length
  }
}

/** Undefined when a difference would not be exact. */
function difference(column: Float64Array): Float64Array | undefined {
  const differences = new Float64Array(column.length - 1)
  for (let i = 0; i < differences.length; i += 1) {
    const step = (column[i + 1] as number) - (column[i] as number)
    if (!Number.isSafeInteger(step)) return undefined
    differences[i] = step
  }
  return differences
}

/** Undoes one differencing in place, for the part of the column that starts at `from`. */
function integrate(column: Float64Array, from: number, seed: number): void {
  column[from] = seed
  for (let i = from + 1; i < column.length; i += 1)
    column[i] = (column[i] as number) + (column[i - 1] as number)
}
