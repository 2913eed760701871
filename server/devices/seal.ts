import {
  createCipheriv,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import type { DriverSettings } from '@stillwatch/contract/drivers/registry.ts'

const INFO = 'stillwatch drivers 1'
const KEY_BYTES = 32
const NONCE_BYTES = 12

export type Seal = (deviceId: string, settings: DriverSettings) => string

/**
 * Seals driver settings so that only one gateway can read them. Each is base64 of: ephemeral X25519 public key (32 bytes, raw), nonce (12),
 * ciphertext, tag (16). AES-256-GCM with the device id authenticated; the key is HKDF-SHA256 of the shared secret, salted with both raw
 * public keys. One ephemeral key serves a whole device list: a key agreement per device would hold the server up for seconds.
 */
export function sealFor(gatewayPublicKey: string): Seal {
  const recipient = createPublicKey({
    key: Buffer.from(gatewayPublicKey, 'base64'),
    format: 'der',
    type: 'spki',
  })
  const ephemeral = generateKeyPairSync('x25519')
  const ephemeralRaw = rawPublicKey(ephemeral.publicKey)
  const shared = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient })
  const salt = Buffer.concat([ephemeralRaw, rawPublicKey(recipient)])
  const key = Buffer.from(hkdfSync('sha256', shared, salt, INFO, KEY_BYTES))

  return (deviceId, settings) => {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(deviceId))
    return Buffer.concat([
      ephemeralRaw,
      nonce,
      cipher.update(JSON.stringify(settings), 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ]).toString('base64')
  }
}

/** The 32 bytes at the end of the DER form are the key itself. */
const rawPublicKey = (key: KeyObject): Buffer =>
  key.export({ format: 'der', type: 'spki' }).subarray(-KEY_BYTES)
