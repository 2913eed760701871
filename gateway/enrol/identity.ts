import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { AppliedBefore } from '@stillwatch/contract/api/gateways.ts'
import Type, { type Static, type TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { writeDurably } from '../write-durably.ts'

/** What a gateway makes for itself before it asks to be enrolled: the server only ever sees hash and public key. */
const Keys = Type.Object({
  /** SHA-256 of the code they were made for: the same code tried again sends the same keys. */
  codeHash: Type.String(),
  /** 32 random bytes, hex: the password of the link. */
  secret: Type.String(),
  /** X25519, PKCS #8 PEM. */
  privateKey: Type.String(),
  /** X25519, SPKI DER, base64. */
  publicKey: Type.String(),
})
export type Keys = Static<typeof Keys>

/** Who this gateway is. Kept in `identity.json`, readable by its owner only. */
export const Identity = Type.Object({
  ...Keys.properties,
  gatewayId: Type.String(),
  epoch: Type.Integer({ minimum: 0 }),
  mqttUrl: Type.String(),
  enrolledAt: Type.Number(),
  /** What the server had of this gateway before this enrolment. */
  applied: Type.Optional(AppliedBefore),
  trust: Type.Optional(Type.Object({ caPem: Type.String(), fingerprint: Type.Optional(Type.String()) })),
})
export type Identity = Static<typeof Identity>

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

const identityPath = (dataDir: string): string => join(dataDir, 'identity.json')
const keysPath = (dataDir: string): string => join(dataDir, 'enrolment.json')

function read<T extends TSchema>(path: string, schema: T): Static<T> | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return Value.Check(schema, value) ? (value as Static<T>) : undefined
  } catch {
    return undefined
  }
}

export const readIdentity = (dataDir: string): Identity | undefined => read(identityPath(dataDir), Identity)

/** From here on this gateway is that one; an earlier identity is gone. */
export function keepIdentity(dataDir: string, identity: Identity): void {
  writeDurably(identityPath(dataDir), JSON.stringify(identity))
  rmSync(keysPath(dataDir), { force: true })
}

/** The keys for this code, on the disk before anybody hears of them: an answer that gets lost must not leave a stranger behind. */
export function keysFor(dataDir: string, code: string): Keys {
  const codeHash = hashOf(code)
  const known = read(keysPath(dataDir), Keys)
  if (known?.codeHash === codeHash) return known
  const pair = generateKeyPairSync('x25519', {
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const keys: Keys = {
    codeHash,
    secret: randomBytes(32).toString('hex'),
    privateKey: pair.privateKey,
    publicKey: pair.publicKey.toString('base64'),
  }
  writeDurably(keysPath(dataDir), JSON.stringify(keys))
  return keys
}
