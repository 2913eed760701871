import { randomBytes } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

const KEY_BYTES = 32

/**
 * The key that device credentials are sealed with in the records: 32 bytes, as 64 hex digits in a file that is not part of a backup.
 * Made when it is missing, but only while no device is stored: a new key could not open what the lost one has sealed.
 */
export function loadMasterKey(file: string, devicesStored: boolean): Buffer {
  if (existsSync(file)) return parseKey(file)
  if (devicesStored) {
    throw new Error(
      `The secret file ${file} is missing, and the device credentials in the records cannot be read without it. Put it back, or say with STILLWATCH_SECRET_FILE where it is.`,
    )
  }
  const key = randomBytes(KEY_BYTES)
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const handle = openSync(file, 'wx', 0o600)
  writeSync(handle, `${key.toString('hex')}\n`)
  fsyncSync(handle)
  closeSync(handle)
  return key
}

function parseKey(file: string): Buffer {
  const text = readFileSync(file, 'utf8').trim()
  if (!/^[0-9a-f]{64}$/i.test(text)) {
    throw new Error(`The secret file ${file} does not hold a key: 64 hex digits on one line are expected.`)
  }
  return Buffer.from(text, 'hex')
}
