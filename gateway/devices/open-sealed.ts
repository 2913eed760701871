import { createDecipheriv, createPublicKey, diffieHellman, hkdfSync, type KeyObject } from 'node:crypto'
import { DriverSettings, driverSettings } from '@stillwatch/contract/drivers/registry.ts'
import { Value } from 'typebox/value'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const INFO = 'stillwatch drivers 1'

const rawPublic = (key: KeyObject): Buffer => {
  const { x } = createPublicKey(key).export({ format: 'jwk' })
  return Buffer.from(x ?? '', 'base64url')
}

/**
 * Opens device credentials sealed to this gateway's X25519 key: 32-byte ephemeral public key, 12-byte nonce, ciphertext, 16-byte tag
 * (AES-256-GCM, key by HKDF-SHA256, device id as additional data). Throws when they were sealed for somebody else or do not fit. What is
 * in them for a driver of a newer gateway is handed on unread.
 */
export function openSealed(sealed: string, deviceId: string, privateKey: KeyObject): DriverSettings {
  const bytes = Buffer.from(sealed, 'base64')
  if (bytes.length < KEY_BYTES + NONCE_BYTES + TAG_BYTES) throw new Error('sealed settings are too short')
  const ephemeral = bytes.subarray(0, KEY_BYTES)
  const nonce = bytes.subarray(KEY_BYTES, KEY_BYTES + NONCE_BYTES)
  const decipher = createDecipheriv('aes-256-gcm', keyFor(ephemeral, privateKey), nonce, {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(deviceId, 'utf8'))
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
  const plain = Buffer.concat([
    decipher.update(bytes.subarray(KEY_BYTES + NONCE_BYTES, -TAG_BYTES)),
    decipher.final(),
  ])
  return validated(JSON.parse(plain.toString('utf8')))
}

function validated(opened: unknown): DriverSettings {
  const drivers = Object.entries(typeof opened === 'object' && opened !== null ? opened : {})
  const known = drivers.filter(([name]) => Object.hasOwn(driverSettings, name))
  const settings: unknown = Value.Default(DriverSettings, Object.fromEntries(known))
  if (drivers.length === 0 || (known.length > 0 && !Value.Check(DriverSettings, settings)))
    throw new Error('the settings do not fit the drivers of this gateway')
  return { ...Object.fromEntries(drivers), ...(settings as DriverSettings) }
}

function keyFor(ephemeral: Buffer, privateKey: KeyObject): Buffer {
  const publicKey = createPublicKey({
    key: { kty: 'OKP', crv: 'X25519', x: ephemeral.toString('base64url') },
    format: 'jwk',
  })
  const shared = diffieHellman({ privateKey, publicKey })
  const salt = Buffer.concat([ephemeral, rawPublic(privateKey)])
  return Buffer.from(hkdfSync('sha256', shared, salt, INFO, KEY_BYTES))
}
