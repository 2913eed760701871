import fc from 'fast-check'
import { expect, test } from 'vitest'
import { answer } from '../../simulators/snmp/answer.ts'
import {
  decodeAll,
  decodeInteger,
  decodeOid,
  encodeInteger,
  encodeOid,
  tag,
} from '../../simulators/snmp/ber.ts'
import { decodeRequest, encodeResponse, pduType, type Request } from '../../simulators/snmp/message.ts'
import { Mib, type MibValues } from '../../simulators/snmp/mib.ts'
import { fuzzParameters, propertyParameters } from '../suites/counts.ts'

const manners = { maxBindings: 1_000, dropsAbove: 1_000 }
const request = (change: Partial<Request>): Request => ({
  version: 1,
  community: 'public',
  type: pduType.getNext,
  id: 1,
  nonRepeaters: 0,
  maxRepetitions: 10,
  oids: [],
  ...change,
})
const anyOid = fc
  .tuple(fc.nat(2), fc.nat(39), fc.array(fc.nat(2 ** 32 - 1), { minLength: 1, maxLength: 8 }))
  .map(([first, second, rest]) => [first, second, ...rest].join('.'))
const valuesAt = (oids: readonly string[]): MibValues =>
  Object.fromEntries(oids.map((oid) => [oid, { type: 'integer', value: 1 }]))

test('numbers and object ids come back as they went in', () => {
  fc.assert(
    fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 32 }), anyOid, (number, oid) => {
      const [integer] = decodeAll(encodeInteger(tag.integer, number))
      const [objectId] = decodeAll(encodeOid(oid))
      expect(integer && decodeInteger(integer)).toBe(number)
      expect(objectId && decodeOid(objectId)).toBe(oid)
    }),
    propertyParameters(),
  )
})

test('a walk by GETNEXT or GETBULK visits every value once, in order, and ends', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyOid, { minLength: 1, maxLength: 30 }),
      fc.integer({ min: 1, max: 7 }),
      (oids, maxRepetitions) => {
        const mib = new Mib(valuesAt(oids))
        for (const type of [pduType.getNext, pduType.getBulk]) {
          const seen: string[] = []
          let at = '0.0'
          for (let questions = 0; questions <= oids.length; questions++) {
            const { bindings } = answer(request({ type, oids: [at], maxRepetitions }), mib, manners) ?? {
              bindings: [],
            }
            const found = bindings.filter(([, value]) => value[0] !== tag.endOfMibView).map(([oid]) => oid)
            if (found.length === 0) break
            seen.push(...found)
            at = found.at(-1) ?? at
          }
          expect(new Set(seen)).toEqual(new Set(oids))
          expect(seen).toHaveLength(oids.length)
        }
      },
    ),
    propertyParameters(),
  )
})

test('v1 answers noSuchName with the index of the missing value, v2c an exception in its place', () => {
  const mib = new Mib(valuesAt(['1.3.1', '1.3.3']))
  const oids = ['1.3.1', '1.3.2', '1.3.3']
  expect(answer(request({ version: 0, type: pduType.get, oids }), mib, manners)).toMatchObject({
    errorStatus: 2,
    errorIndex: 2,
  })
  const modern = answer(request({ type: pduType.get, oids }), mib, manners)
  expect(modern?.bindings.map(([, value]) => value[0])).toEqual([
    tag.integer,
    tag.noSuchInstance,
    tag.integer,
  ])
})

test('no datagram makes the request reader do anything but read or refuse', () => {
  const whole = encodeResponse(request({ oids: ['1.3.6.1'] }), {
    errorStatus: 0,
    errorIndex: 0,
    bindings: [],
  })
  const damaged = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 5 }).map((hits) => {
    const copy = Buffer.from(whole)
    for (const [at, byte] of hits) copy[at] = byte
    return copy
  })
  const anything = fc.oneof(
    damaged,
    fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
  )
  fc.assert(
    fc.property(anything, (bytes) => {
      try {
        expect(decodeRequest(bytes).oids).toBeInstanceOf(Array)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }),
    fuzzParameters(),
  )
})
