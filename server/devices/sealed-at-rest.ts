import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { DriverSettings } from '@stillwatch/contract/drivers/registry.ts'

/** 32 bytes from the secret file. Without it no driver settings can be read, so a stolen database gives away no credential. */
export type MasterKey = Uint8Array

const ALGORITHM = 'aes-256-gcm'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Driver settings as they lie in the records: nonce (12 bytes), ciphertext, tag (16 bytes). The device id is authenticated with them, so
 * that credentials copied into another row do not open.
 */
export function sealAtRest(key: MasterKey, deviceId: string, settings: DriverSettings): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(deviceId))
  return Buffer.concat([
    nonce,
    cipher.update(JSON.stringify(settings), 'utf8'),
    cipher.final(),
    cipher.getAuthTag(),
  ])
}

/** Throws when the key is not the one they were sealed with, or when they belong to another device. */
export function openAtRest(key: MasterKey, deviceId: string, sealed: Uint8Array): DriverSettings {
  const tagAt = sealed.length - TAG_BYTES
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(deviceId))
    .setAuthTag(sealed.subarray(tagAt))
  try {
    const text =
      decipher.update(sealed.subarray(NONCE_BYTES, tagAt), undefined, 'utf8') + decipher.final('utf8')
    return JSON.parse(text) as DriverSettings
  } catch (cause) {
    throw new Error(
      `The driver settings of device ${deviceId} do not open with this secret file. Is STILLWATCH_SECRET_FILE the one this data was written with?`,
      { cause },
    )
  }
}
