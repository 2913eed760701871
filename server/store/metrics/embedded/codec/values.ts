import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { type BitReader, type BitWriter, ChunkError } from './bits.ts'
import { readIntegers, writeIntegers } from './integers.ts'

/**
 * One column of doubles, exact to the bit. Measured values are nearly always short decimals (21.4, 230, 0.05): those are written
 * as whole numbers and a count of decimals. The rest (and -0) as byte planes of each value XOR the one before.
 *
 * Layout: one byte (decimals, or FLOATS), then an integer column or a float column.
 */
const MAX_DECIMALS = 9
const FLOATS = 255
/** Below this zstd's own frame eats what it saves. */
const ZSTD_FROM_BYTES = 64
/** zstd must save at least 1/16, or reading it back is not worth the time. */
const ZSTD_WORTH = 15 / 16
const ZSTD_WINDOW_LOG = 20

export function writeValues(out: BitWriter, values: Float64Array): void {
  const decimals = decimalsOf(values)
  const scaled = decimals === undefined ? undefined : scale(values, decimals)
  if (decimals === undefined || !scaled) {
    out.byte(FLOATS)
    writeFloats(out, values)
  } else {
    out.byte(decimals)
    writeIntegers(out, scaled)
  }
}

export function readValues(input: BitReader, count: number): Float64Array {
  const mode = input.byte()
  if (mode === FLOATS) return readFloats(input, count)
  if (mode > MAX_DECIMALS) throw new ChunkError('A column of values has an unknown form.')
  const scaleBy = 10 ** mode
  return readIntegers(input, count).map((number) => number / scaleBy)
}

/** The fewest decimals that can write every one of these values exactly; undefined when none of 0 to 9 can. */
export function decimalsOf(values: Float64Array): number | undefined {
  let decimals = 0
  for (const value of values)
    while (!isExact(value, 10 ** decimals)) {
      decimals += 1
      if (decimals > MAX_DECIMALS) return undefined
    }
  return decimals
}

/**
 * Dividing two exact whole numbers is correctly rounded, so equality here means that reading back gives the same bits.
 * A column of integers has no -0.
 */
function isExact(value: number, scaleBy: number): boolean {
  const scaled = Math.round(value * scaleBy)
  return Number.isSafeInteger(scaled) && scaled / scaleBy === value && !Object.is(scaled, -0)
}

/** Undefined when a value that was exact with fewer decimals no longer is: it grew past the safe integers. */
function scale(values: Float64Array, decimals: number): Float64Array | undefined {
  const scaleBy = 10 ** decimals
  if (!values.every((value) => isExact(value, scaleBy))) return undefined
  return values.map((value) => Math.round(value * scaleBy))
}

function writeFloats(out: BitWriter, values: Float64Array): void {
  const { first, mask, planes } = toPlanes(values)
  const packed = planes.length < ZSTD_FROM_BYTES ? planes : zstdCompressSync(planes)
  const pays = packed.length < planes.length * ZSTD_WORTH
  out.bytes(first)
  out.byte(mask)
  out.signed(pays ? packed.length : 0)
  out.bytes(pays ? packed : planes)
}

function readFloats(input: BitReader, count: number): Float64Array {
  if (count === 0) throw new ChunkError('A float column is empty.')
  const first = input.bytes(8)
  const mask = input.byte()
  const packedLength = input.signed()
  const planeCount = 8 - zeroBits(mask)
  const length = planeCount * (count - 1)
  if (packedLength < 0) throw new ChunkError('A float column has a negative length.')
  const planes = packedLength === 0 ? input.bytes(length) : inflate(input.bytes(packedLength), length)
  return fromPlanes(first, mask, planes, count)
}

/** Plane p holds byte p of every value XOR the one before; a plane of zeros is left out and its bit in the mask is 0. */
function toPlanes(values: Float64Array): { first: Uint8Array; mask: number; planes: Uint8Array } {
  const bytes = littleEndian(values)
  const steps = values.length - 1
  const planes = new Uint8Array(8 * steps)
  let mask = 0
  let used = 0
  for (let plane = 0; plane < 8; plane += 1) {
    let seen = 0
    for (let i = 0; i < steps; i += 1) {
      const at = i * 8 + plane
      const changed = (bytes[at] as number) ^ (bytes[at + 8] as number)
      planes[used + i] = changed
      seen |= changed
    }
    if (seen === 0) continue
    mask |= 1 << plane
    used += steps
  }
  return { first: bytes.subarray(0, 8), mask, planes: planes.subarray(0, used) }
}

function fromPlanes(first: Uint8Array, mask: number, planes: Uint8Array, count: number): Float64Array {
  const bytes = new Uint8Array(count * 8)
  bytes.set(first)
  let used = 0
  for (let plane = 0; plane < 8; plane += 1) {
    const kept = (mask >> plane) & 1
    for (let i = 1; i < count; i += 1) {
      const changed = kept === 1 ? (planes[used + i - 1] as number) : 0
      bytes[i * 8 + plane] = (bytes[i * 8 + plane - 8] as number) ^ changed
    }
    used += kept * (count - 1)
  }
  const view = new DataView(bytes.buffer)
  return Float64Array.from({ length: count }, (_, i) => view.getFloat64(i * 8, true))
}

function littleEndian(values: Float64Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(values.length * 8))
  values.forEach((value, i) => {
    view.setFloat64(i * 8, value, true)
  })
  return new Uint8Array(view.buffer)
}

const zeroBits = (mask: number): number =>
  [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => !((mask >> bit) & 1)).length

/** Never gives, or allocates, more than `length` bytes and one small window. */
function inflate(packed: Uint8Array, length: number): Uint8Array {
  try {
    const params = { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG }
    const planes = zstdDecompressSync(packed, { maxOutputLength: Math.max(1, length), params })
    if (planes.length === length) return planes
  } catch (cause) {
    throw new ChunkError('A float column cannot be unpacked.', { cause })
  }
  throw new ChunkError('A float column has the wrong length.')
}
