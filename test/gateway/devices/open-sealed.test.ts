import { createPrivateKey } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openSealed } from '../../../gateway/devices/open-sealed.ts'
import { keysFor } from '../../../gateway/enrol/identity.ts'
import { sealFor } from '../../../server/devices/seal.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'
import { fuzzParameters } from '../../suites/counts.ts'

const settings = { snmp: { port: 161, version: '2c' as const, community: 'a secret', timeoutMs: 2_000 } }

function rig() {
  const keys = keysFor(temporaryDirectory(), 'CODE')
  return { seal: sealFor(keys.publicKey), privateKey: createPrivateKey(keys.privateKey) }
}

test('what the server sealed to this gateway opens, with defaults filled in', () => {
  const { seal, privateKey } = rig()
  expect(openSealed(seal('camera', settings), 'camera', privateKey)).toEqual(settings)
  const mqtt = seal('door', { mqtt: { topic: 'door/1' } } as never)
  expect(openSealed(mqtt, 'door', privateKey)).toEqual({
    mqtt: { topic: 'door/1', offlinePayload: 'offline' },
  })
})

test('settings sealed for another device or another gateway do not open', () => {
  const { seal, privateKey } = rig()
  expect(() => openSealed(seal('camera', settings), 'switch', privateKey)).toThrow()
  expect(() => openSealed(seal('camera', settings), 'camera', rig().privateKey)).toThrow()
})

test('settings of a driver of a newer gateway are handed on beside those that are known', () => {
  const { seal, privateKey } = rig()
  const newer = { ...settings, carrier_pigeon: { loft: 3 } }
  expect(openSealed(seal('camera', newer), 'camera', privateKey)).toEqual(newer)
  const { snmp: _, ...foreign } = newer
  expect(openSealed(seal('camera', foreign as never), 'camera', privateKey)).toEqual(foreign)
})

test.each([[{}], [{ snmp: { port: 'many' } }], [[]], [null], ['tcp']])('settings %j are refused', (wrong) => {
  const { seal, privateKey } = rig()
  const sealed = seal('camera', wrong as never)
  expect(() => openSealed(sealed, 'camera', privateKey)).toThrow('do not fit the drivers of this gateway')
})

test('damaged bytes never open', () => {
  const { seal, privateKey } = rig()
  const sealed = Buffer.from(seal('camera', settings), 'base64')
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (place, flip) => {
      const damaged = Buffer.from(sealed)
      damaged[place] = (damaged[place] ?? 0) ^ flip
      // The top bit of an X25519 key is ignored by definition (RFC 7748), but it is in the salt.
      expect(() => openSealed(damaged.toString('base64'), 'camera', privateKey)).toThrow()
    }),
    fuzzParameters(0.2),
  )
  expect(() => openSealed('', 'camera', privateKey)).toThrow('too short')
})
