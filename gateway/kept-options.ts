import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import Type, { type Static } from 'typebox'
import { Value } from 'typebox/value'
import { writeDurably } from './write-durably.ts'

/** What a gateway is told once, as it was typed: later starts need only the data directory. */
export const KeptOptions = Type.Object({
  'status-port': Type.Optional(Type.String()),
  'mqtt-listen': Type.Optional(Type.String()),
  /** Absolute; the file is read at every start and never copied. */
  'mqtt-listen-credentials': Type.Optional(Type.String()),
})
export type KeptOptions = Static<typeof KeptOptions>

const pathIn = (dataDir: string): string => join(dataDir, 'settings.json')

/** The options of the last start. A file that cannot be used is a problem: starting without the broker of a site would go unnoticed. */
export function readKeptOptions(dataDir: string, problems: string[]): KeptOptions {
  const path = pathIn(dataDir)
  if (!existsSync(path)) return {}
  try {
    const kept: unknown = JSON.parse(readFileSync(path, 'utf8'))
    if (Value.Check(KeptOptions, kept)) return kept
  } catch {
    // Not JSON, or not to be read: the same to whoever has to put it right.
  }
  problems.push(`${path} cannot be used: remove it and give the options once more.`)
  return {}
}

/** What is to be kept: the options of this start over those of the last. A broker that is switched off takes its credentials with it. */
export function mergeOptions(kept: KeptOptions, given: KeptOptions): KeptOptions {
  const { 'mqtt-listen-credentials': file, 'mqtt-listen': listen, ...others } = { ...kept, ...given }
  const switchedOff = given['mqtt-listen'] === 'off'
  const credentials = switchedOff ? given['mqtt-listen-credentials'] : file
  return {
    ...others,
    ...(listen !== undefined && !switchedOff && { 'mqtt-listen': listen }),
    ...(credentials !== undefined && { 'mqtt-listen-credentials': resolve(credentials) }),
  }
}

export function keepOptions(dataDir: string, options: KeptOptions): void {
  const text = `${JSON.stringify(options, null, 2)}\n`
  const path = pathIn(dataDir)
  // A start that changes nothing must not fail because the disk is full.
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  writeDurably(path, text)
}
