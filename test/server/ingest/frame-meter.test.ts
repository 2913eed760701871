import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrameMeter } from '../../../contract/frame-meter.ts'
import { fuzzParameters, propertyParameters } from '../../suites/counts.ts'

const CAP = 300

function frame(length: number): number[] {
  const header = [0x30]
  for (let left = length; ; left = Math.floor(left / 128)) {
    header.push((left % 128) | (left >= 128 ? 0x80 : 0))
    if (left < 128) break
  }
  return [...header, ...Array.from({ length }, () => 0xff)]
}

function measureInPieces(stream: Uint8Array, cuts: readonly number[]): string | undefined {
  const meter = new FrameMeter()
  const at = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].sort((a, b) => a - b)
  let from = 0
  for (const to of [...at, stream.length]) {
    const wrong = meter.measure(stream.subarray(from, to), CAP)
    if (wrong) return wrong
    from = to
  }
  return undefined
}

const cuts = fc.array(fc.nat(5000), { maxLength: 12 })

test('frames under the cap pass however the stream is cut into pieces', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(CAP), { maxLength: 12 }), cuts, (lengths, at) => {
      expect(measureInPieces(Uint8Array.from(lengths.flatMap(frame)), at)).toBeUndefined()
    }),
    propertyParameters(),
  )
})

test('one frame over the cap is found at its header, wherever it stands and however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(CAP), { maxLength: 6 }),
      fc.integer({ min: CAP + 1, max: 5000 }),
      cuts,
      (before, long, at) => {
        const stream = Uint8Array.from([...before.flatMap(frame), ...frame(long).slice(0, 5)])
        expect(measureInPieces(stream, at)).toBe('too_long')
      },
    ),
    propertyParameters(),
  )
})

test('a length of more than four bytes is malformed', () => {
  expect(new FrameMeter().measure(Uint8Array.from([0x30, 0x80, 0x80, 0x80, 0x80]), CAP)).toBe('malformed')
})

test('any bytes give the same verdict in one piece and in many', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), cuts, (stream, at) => {
      expect(measureInPieces(stream, at)).toBe(new FrameMeter().measure(stream, CAP))
    }),
    fuzzParameters(0.3),
  )
})
