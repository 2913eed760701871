import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { GatewayConfig } from '@stillwatch/contract/device.ts'
import { Value } from 'typebox/value'
import { writeDurably } from '../write-durably.ts'

const pathIn = (dataDir: string): string => join(dataDir, 'devices.json')

/** The device list of the last start; undefined when there is none or it cannot be read. */
export function readDeviceList(dataDir: string): GatewayConfig | undefined {
  try {
    const list: unknown = JSON.parse(readFileSync(pathIn(dataDir), 'utf8'))
    return Value.Check(GatewayConfig, list) ? list : undefined
  } catch {
    return undefined
  }
}

/** Keeps the list for the next start, which may come without a server. Credentials in it stay sealed. */
export const keepDeviceList = (dataDir: string, list: GatewayConfig): void =>
  writeDurably(pathIn(dataDir), JSON.stringify(list))

/** Under a new identity the list of the old one is of no use: what is in it is sealed to a key that is gone. */
export const forgetDeviceList = (dataDir: string): void => rmSync(pathIn(dataDir), { force: true })
