import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DEFLATE_FROM_BYTES, FRAME_CAP_BYTES, INFLATE_CAP_BYTES } from '../../../contract/road.ts'
import { decodeFrame, encodeFrame } from '../../../gateway/uplink/frames.ts'
import { fuzzParameters, propertyParameters } from '../../suites/counts.ts'

test('a message comes out as it went in, deflated only when it is long', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.string({ maxLength: 400 })), (message) => {
      const body = encodeFrame(message)
      expect(JSON.stringify(decodeFrame(body))).toBe(JSON.stringify(message))
      const plainBytes = Buffer.byteLength(JSON.stringify(message))
      expect(body[0]).toBe(plainBytes > DEFLATE_FROM_BYTES ? 0x78 : 0x7b)
    }),
    propertyParameters(),
  )
})

test('a small frame that inflates beyond the cap is refused before it is inflated', () => {
  expect(() => decodeFrame(deflateSync(Buffer.alloc(INFLATE_CAP_BYTES + 1, '1')))).toThrow()
  expect(() => decodeFrame(Buffer.alloc(FRAME_CAP_BYTES + 1, '1'))).toThrow('over the cap')
})

test('any bytes either are JSON or throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, deflated) => {
      try {
        decodeFrame(deflated ? Uint8Array.from([0x78, 0x9c, ...bytes]) : bytes)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }),
    fuzzParameters(0.25),
  )
})
