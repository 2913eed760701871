import { deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { INFLATE_CAP_BYTES } from '../../../contract/road.ts'
import {
  bodyHash,
  isEntry,
  readBatch,
  readBeat,
  readHello,
  readJson,
  UnreadableBody,
} from '../../../server/ingest/decode.ts'
import { fuzzParameters } from '../../suites/counts.ts'

const batch = {
  ...{ v: 1, gatewayId: 'gw', epoch: 1, seq: 1, span: 1, spanStart: 0, through: 5 },
  configVersion: { generation: 1, version: 1 },
  devices: [{ id: 'cam', t: 5, evidenceAt: 5, samples: { rtt_ms: 1.5 } }],
}
const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))
const readers = [readJson, readBatch, readBeat, readHello]

function readsOrRefuses(body: Uint8Array): void {
  for (const read of readers) {
    try {
      read(body)
    } catch (error) {
      if (!(error instanceof UnreadableBody)) throw error
      expect(error.message).not.toBe('')
    }
  }
}

test('any bytes are a value or a refusal, never anything else', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), readsOrRefuses), fuzzParameters(0.5))
})

test('a good body with some bytes changed is a value or a refusal', () => {
  const good = [bytes(batch), deflateSync(bytes(batch))]
  const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(fc.constantFrom(...good), damage, (body, changes) => {
      const damaged = Uint8Array.from(body)
      for (const [at, byte] of changes) damaged[at % damaged.length] = byte
      readsOrRefuses(damaged)
    }),
    fuzzParameters(0.3),
  )
})

test('any JSON is an entry or not, without an exception', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => void isEntry(value)),
    fuzzParameters(0.2),
  )
})

test('a batch is read plain or deflated', () => {
  expect(readBatch(bytes(batch))).toEqual(batch)
  expect(readBatch(deflateSync(bytes(batch)))).toEqual(batch)
})

test('a small body that inflates to more than the cap is refused without being inflated', () => {
  const bomb = deflateSync(Buffer.alloc(INFLATE_CAP_BYTES * 16, 0x20))
  expect(bomb.length).toBeLessThan(100_000)
  const before = process.memoryUsage().arrayBuffers
  expect(() => readJson(bomb)).toThrow(UnreadableBody)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4 * INFLATE_CAP_BYTES)
})

test('NaN, a metric without a name, and text as a value are no entry; the envelope around them is read', () => {
  const bad = [
    { id: 'cam', t: 5, samples: { rtt_ms: null } },
    { id: 'cam', t: 5, samples: { 'RTT!': 1 } },
    { id: 'cam', t: 5, samples: { rtt_ms: '1' } },
  ]
  expect(readBatch(bytes({ ...batch, devices: bad })).devices.filter(isEntry)).toEqual([])
})

test('the hash of a batch is of its bytes as sent', () => {
  expect(bodyHash(Buffer.from('x'))).toBe('2d711642b726b044')
  expect(bodyHash(bytes(batch))).not.toBe(bodyHash(deflateSync(bytes(batch))))
})
