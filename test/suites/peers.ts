import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { describe } from 'vitest'

/** Programs of other people that our road must work with, and the Debian package each comes in. */
const packages = {
  snmpd: 'snmpd',
  snmpget: 'snmp',
  snmpsimd: 'snmpsim',
  mosquitto: 'mosquitto',
  mosquitto_pub: 'mosquitto-clients',
  chromium: 'chromium',
  faketime: 'faketime',
} as const
export type Peer = keyof typeof packages

/** In CI and in test:peers a missing program is a failure: a skipped test proves nothing. */
const required = process.env.CI === 'true' || process.env.STILLWATCH_PEERS === 'required'

/** Daemons live where the PATH of an ordinary user does not look. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin']

/** The full path of a program, or undefined when this machine does not have it. */
export function findPeer(peer: Peer): string | undefined {
  return folders.map((folder) => join(folder, peer)).find(isExecutable)
}

/**
 * Tests that need other people's programs. Where one is missing they are skipped under a name that says how to get it.
 * `body` receives the full paths.
 */
export function describeWithPeers<P extends Peer>(
  peers: readonly P[],
  title: string,
  body: (paths: Record<P, string>) => void,
): void {
  const missing = peers.filter((peer) => findPeer(peer) === undefined)
  if (missing.length === 0) {
    describe(title, () => body(pathsOf(peers)))
    return
  }
  const wanted = missing.map((peer) => packages[peer]).join(' ')
  const sentence = `${title} (needs ${wanted}: npm run test:peers installs it)`
  if (required) throw new Error(sentence)
  // The body runs with empty paths only to name the tests; none of them starts.
  describe.skip(sentence, () =>
    body(Object.fromEntries(peers.map((peer) => [peer, ''])) as Record<P, string>),
  )
}

const pathsOf = <P extends Peer>(peers: readonly P[]): Record<P, string> =>
  Object.fromEntries(peers.map((peer) => [peer, findPeer(peer)])) as Record<P, string>

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
