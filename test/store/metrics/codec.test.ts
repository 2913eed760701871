import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ChunkError } from '../../../server/store/metrics/embedded/codec/bits.ts'
import {
  decodeChunk,
  decodeRun,
  encodeRun,
  MAX_RUN,
  type Run,
} from '../../../server/store/metrics/embedded/codec/run.ts'
import { decodeParts, encodeParts, type Part } from '../../../server/store/metrics/embedded/rollup.ts'
import { fuzzParameters, propertyParameters } from '../../suites/counts.ts'

const LAST_TIME = 8_640_000_000_000_000

/** Every finite double, the odd ones often. */
const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, 2 ** 53 - 1, 2 ** 53, 0.1),
)
const shortDecimal = fc
  .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 9 }))
  .map(([digits, decimals]) => Number(`${digits}e-${decimals}`))
const values = fc.oneof(
  fc.array(double, { minLength: 1, maxLength: 60 }),
  fc.array(shortDecimal, { minLength: 1, maxLength: 60 }),
  fc.array(fc.integer({ min: -500, max: 500 }), { minLength: 1, maxLength: 300 }),
  fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 200 }),
  fc.tuple(double, fc.integer({ min: 1, max: 300 })).map(([value, count]) => Array(count).fill(value)),
)

/** Strictly increasing times of the given length, from regular to wild. */
const timesOf = (length: number): fc.Arbitrary<number[]> =>
  fc.oneof(
    fc
      .uniqueArray(fc.integer({ min: 0, max: LAST_TIME }), { minLength: length, maxLength: length })
      .map((times) => times.sort((a, b) => a - b)),
    fc
      .tuple(
        fc.integer({ min: 0, max: 2e12 }),
        fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: length, maxLength: length }),
      )
      .map(([start, steps]) => {
        let at = start
        return steps.map((step) => {
          at += step
          return at
        })
      }),
  )

const runs: fc.Arbitrary<Run> = values.chain((list) =>
  timesOf(list.length).map((times) => ({
    times: Float64Array.from(times),
    values: Float64Array.from(list),
  })),
)

const bitsOf = (column: Float64Array): BigUint64Array => new BigUint64Array(column.buffer.slice(0))

/** Whatever happens must be a run of bounded length or a ChunkError. */
function triesToDecode(bytes: Uint8Array): void {
  for (const decode of [decodeChunk, decodeRun]) {
    try {
      const { times, values: decoded } = decode(bytes)
      expect(times.length).toBe(decoded.length)
      expect(times.length).toBeLessThanOrEqual(MAX_RUN)
    } catch (error) {
      expect(error).toBeInstanceOf(ChunkError)
    }
  }
  try {
    expect(decodeParts(bytes).length).toBeLessThanOrEqual(MAX_RUN)
  } catch (error) {
    expect(error).toBeInstanceOf(ChunkError)
  }
}

describe('the chunk codec', () => {
  it('gives back every time and every finite double to the bit', () => {
    fc.assert(
      fc.property(runs, (run) => {
        const back = decodeChunk(encodeRun(run))
        expect(Array.from(back.times)).toEqual(Array.from(run.times))
        expect(bitsOf(back.values)).toEqual(bitsOf(run.values))
      }),
      propertyParameters(),
    )
  })

  it('gives back a head, whose times are in any order', () => {
    const samples = fc.array(
      fc.tuple(fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER }), double),
      {
        maxLength: 100,
      },
    )
    fc.assert(
      fc.property(samples, (list) => {
        const run = {
          times: Float64Array.from(list, ([at]) => at),
          values: Float64Array.from(list, ([, value]) => value),
        }
        const back = decodeRun(encodeRun(run))
        expect(Array.from(back.times)).toEqual(Array.from(run.times))
        expect(bitsOf(back.values)).toEqual(bitsOf(run.values))
      }),
      propertyParameters(),
    )
  })

  it('gives back the parts of a roll-up', () => {
    const part: fc.Arbitrary<Part> = fc.record({
      at: fc.integer({ min: 0, max: 5_000_000 }).map((quarter) => quarter * 900_000),
      min: double,
      max: double,
      sum: double,
      count: fc.integer({ min: 1, max: 480 }),
    })
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 150 }), (parts) => {
        expect(decodeParts(encodeParts(parts))).toEqual(parts)
      }),
      propertyParameters(0.5),
    )
  })

  it('writes a constant in a few bytes, whatever it is', () => {
    const times = Float64Array.from({ length: 240 }, (_, i) => 1.7e12 + i * 20_000)
    for (const value of [0, 100, 21.5, 1 / 3, -0, Number.MAX_VALUE])
      expect(encodeRun({ times, values: new Float64Array(240).fill(value) }).length).toBeLessThan(32)
  })

  it('lets zstd shorten floats that repeat', () => {
    const times = Float64Array.from({ length: 240 }, (_, i) => 1.7e12 + i * 20_000)
    const repeating = Float64Array.from({ length: 240 }, (_, i) => Math.PI * (1 + (i % 3)))
    expect(encodeRun({ times, values: repeating }).length).toBeLessThan(240)
  })

  it('refuses chunks whose times do not increase', () => {
    const run = { times: Float64Array.of(5, 5), values: Float64Array.of(1, 2) }
    expect(() => decodeChunk(encodeRun(run))).toThrow(ChunkError)
  })

  it('refuses another format by its number', () => {
    const bytes = encodeRun({ times: Float64Array.of(5), values: Float64Array.of(1) })
    bytes[0] = 9
    expect(() => decodeRun(bytes)).toThrow('Written in format 9')
  })

  it('answers any bytes with a run or a clear error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        triesToDecode(bytes)
        triesToDecode(Uint8Array.of(1, ...bytes))
      }),
      fuzzParameters(0.5),
    )
  })

  it('answers damaged chunks with a run or a clear error', () => {
    const damage = fc.array(
      fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }), cut: fc.boolean() }),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(runs, damage, (run, places) => {
        let bytes = encodeRun(run)
        for (const { at, byte, cut } of places) {
          bytes[at % bytes.length] = byte
          if (cut && bytes.length > 1) bytes = bytes.slice(0, 1 + (at % bytes.length))
        }
        triesToDecode(bytes)
      }),
      fuzzParameters(0.5),
    )
  })

  it('does not believe a float column that would unpack to more than its samples need', () => {
    const times = Float64Array.from({ length: 240 }, (_, i) => i)
    const bytes = encodeRun({
      times,
      values: Float64Array.from({ length: 240 }, (_, i) => Math.PI * (1 + (i % 3))),
    })
    // The count is the second field; a smaller one makes the packed planes too long.
    const smaller = Uint8Array.from(bytes)
    smaller.set([(239 % 64) * 2 + 128, Math.floor(239 / 64)], 1)
    expect(() => decodeRun(smaller)).toThrow(ChunkError)
  })
})
