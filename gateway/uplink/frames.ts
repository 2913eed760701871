import { createHash } from 'node:crypto'
import { deflateSync, inflateSync } from 'node:zlib'
import { DEFLATE_FROM_BYTES, FRAME_CAP_BYTES, INFLATE_CAP_BYTES } from '@stillwatch/contract/road.ts'

/** A message body as it travels: JSON, deflated when that is worth it. Plain JSON starts with `{`, zlib data with 0x78. */
export function encodeFrame(message: object): Buffer {
  const plain = Buffer.from(JSON.stringify(message))
  return plain.length > DEFLATE_FROM_BYTES ? deflateSync(plain) : plain
}

/** The JSON value of a body. Throws when it is too large, cannot be inflated or is not JSON. */
export function decodeFrame(body: Uint8Array): unknown {
  if (body.length > FRAME_CAP_BYTES) throw new RangeError(`frame of ${body.length} bytes is over the cap`)
  const plain = body[0] === 0x78 ? inflateSync(body, { maxOutputLength: INFLATE_CAP_BYTES }) : body
  return JSON.parse(Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('utf8'))
}

/** What the next batch carries as `prev`: the first 16 hex digits of the SHA-256 of a body as sent. */
export const frameHash = (body: Uint8Array): string =>
  createHash('sha256').update(body).digest('hex').slice(0, 16)
