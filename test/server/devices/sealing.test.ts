import { generateKeyPairSync, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openSealed } from '../../../gateway/devices/open-sealed.ts'
import { sealFor } from '../../../server/devices/seal.ts'
import { openAtRest, sealAtRest } from '../../../server/devices/sealed-at-rest.ts'
import { propertyParameters } from '../../suites/counts.ts'

const deviceId = fc.string({ minLength: 1, maxLength: 64, unit: 'grapheme' })
const settings = fc.record({
  snmp: fc.record({
    port: fc.integer({ min: 1, max: 65_535 }),
    version: fc.constantFrom('1' as const, '2c' as const, '3' as const),
    community: fc.string({ maxLength: 256, unit: 'grapheme' }).filter((text) => text.length <= 256),
    timeoutMs: fc.integer({ min: 100, max: 10_000 }),
  }),
})

const newGateway = () => {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  return { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64'), privateKey }
}

const flipped = (bytes: Uint8Array, at: number): Buffer => {
  const damaged = Buffer.from(bytes)
  damaged[at % damaged.length] = (damaged[at % damaged.length] ?? 0) ^ 1
  return damaged
}

describe('settings sealed for a gateway', () => {
  const gateway = newGateway()
  const other = newGateway()

  test('open with the gateway’s own key, for their own device', () => {
    const seal = sealFor(gateway.publicKey)
    fc.assert(
      fc.property(deviceId, settings, (id, plain) => {
        expect(openSealed(seal(id, plain), id, gateway.privateKey)).toEqual(plain)
      }),
      propertyParameters(),
    )
  })

  test('open neither for another device, nor with another key, nor after any bit has changed', () => {
    const seal = sealFor(gateway.publicKey)
    fc.assert(
      fc.property(deviceId, settings, fc.nat(), (id, plain, at) => {
        const sealed = seal(id, plain)
        const damaged = flipped(Buffer.from(sealed, 'base64'), at).toString('base64')
        expect(() => openSealed(sealed, `${id}x`, gateway.privateKey)).toThrow()
        expect(() => openSealed(sealed, id, other.privateKey)).toThrow()
        // The highest bit of an X25519 key is not part of it.
        if (at % Buffer.from(sealed, 'base64').length < 32) return
        expect(() => openSealed(damaged, id, gateway.privateKey)).toThrow()
      }),
      propertyParameters(),
    )
  })

  test('never look the same twice', () => {
    const seal = sealFor(gateway.publicKey)
    const plain = { mqtt: { topic: 'a', offlinePayload: 'offline' } }
    expect(seal('one', plain)).not.toBe(seal('one', plain))
    expect(seal('one', plain).slice(0, 40)).not.toBe(sealFor(gateway.publicKey)('one', plain).slice(0, 40))
  })
})

describe('settings at rest', () => {
  const key = randomBytes(32)

  test('open with the same secret file, for their own device', () => {
    fc.assert(
      fc.property(deviceId, settings, (id, plain) => {
        expect(openAtRest(key, id, sealAtRest(key, id, plain))).toEqual(plain)
      }),
      propertyParameters(),
    )
  })

  test('open neither in another row, nor with another secret file, nor after any bit has changed', () => {
    fc.assert(
      fc.property(deviceId, settings, fc.nat(), (id, plain, at) => {
        const sealed = sealAtRest(key, id, plain)
        expect(() => openAtRest(key, `${id}x`, sealed)).toThrow('STILLWATCH_SECRET_FILE')
        expect(() => openAtRest(randomBytes(32), id, sealed)).toThrow('STILLWATCH_SECRET_FILE')
        expect(() => openAtRest(key, id, flipped(sealed, at))).toThrow('STILLWATCH_SECRET_FILE')
      }),
      propertyParameters(),
    )
  })

  test('do not show what they hold', () => {
    const sealed = sealAtRest(key, 'one', {
      snmp: { version: '2c', port: 161, timeoutMs: 2_000, community: 'hunter2hunter2' },
    })
    expect(Buffer.from(sealed).toString('latin1')).not.toContain('hunter2')
  })
})
