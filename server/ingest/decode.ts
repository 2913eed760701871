import { createHash } from 'node:crypto'
import { inflateSync } from 'node:zlib'
import {
  Batch,
  BatchEntry,
  type BatchEnvelope,
  Beat,
  Hello,
  INFLATE_CAP_BYTES,
} from '@stillwatch/contract/road.ts'
import { Compile } from 'typebox/compile'

const batch = Compile(Batch)
const entry = Compile(BatchEntry)
const beat = Compile(Beat)
const hello = Compile(Hello)

/** A body that cannot be read, with a sentence that says what and where. */
export class UnreadableBody extends Error {
  override readonly name = 'UnreadableBody'
}

/** First byte of a zlib stream with the window that Node writes. */
const ZLIB = 0x78

/** Bytes as sent → JSON value. Throws `UnreadableBody`. */
export function readJson(body: Uint8Array): unknown {
  try {
    const bytes = body[0] === ZLIB ? inflateSync(body, { maxOutputLength: INFLATE_CAP_BYTES }) : body
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'))
  } catch (cause) {
    throw new UnreadableBody(cause instanceof Error ? cause.message : 'not JSON', { cause })
  }
}

interface Validator<T> {
  Check(value: unknown): value is T
  Errors(value: unknown): { instancePath: string; message: string }[]
}

function checked<T>(validator: Validator<T>, value: unknown): T {
  if (validator.Check(value)) return value
  const [first] = validator.Errors(value)
  throw new UnreadableBody(
    first ? `${first.instancePath || '/'} ${first.message}` : 'does not fit its schema',
  )
}

export const readBatch = (body: Uint8Array): BatchEnvelope =>
  checked(batch as Validator<BatchEnvelope>, readJson(body))
export const readBeat = (body: Uint8Array): Beat => checked(beat as Validator<Beat>, readJson(body))
export const readHello = (body: Uint8Array): Hello => checked(hello as Validator<Hello>, readJson(body))

export const isEntry = (value: unknown): value is BatchEntry => entry.Check(value)

/** How a batch is known: the next one in the chain must name it. */
export const bodyHash = (body: Uint8Array): string =>
  createHash('sha256').update(body).digest('hex').slice(0, 16)
