import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort, type PeerProcess, startPeer } from '../fakes/peer-process.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'

/** Other people's programs as devices of a site. Each keeps its port, so that it can be killed and come back. */
export interface SitePeer {
  port: number
  start(): Promise<PeerProcess>
}

export const SNMP_KEYS = { auth: 'maplesyrup', priv: 'pancakes12' } as const

/** Debian's snmpd: community `public`, and the v3 user `watch` with authentication and privacy. */
export async function snmpdPeer(snmpd: string, name: string): Promise<SitePeer> {
  const port = await freePort('udp')
  const folder = temporaryDirectory()
  const file = join(folder, 'snmpd.conf')
  writeFileSync(
    file,
    `agentAddress udp:127.0.0.1:${port}
rocommunity public 127.0.0.1
sysName ${name}
createUser watch SHA-256 "${SNMP_KEYS.auth}" AES "${SNMP_KEYS.priv}"
rouser watch priv
`,
  )
  return {
    port,
    async start() {
      const peer = startPeer(snmpd, ['-f', '-Lo', '-C', '-c', file, '-I', '-smux'], {
        // Not the folder of the file above: snmpd writes a snmpd.conf of its own there.
        SNMP_PERSISTENT_DIR: join(folder, 'persistent'),
        MIBS: '',
      })
      await peer.says(/NET-SNMP version/)
      return peer
    },
  }
}

/** Recordings of real devices; other people's, so never part of this repository. */
const recordings = resolve(
  process.env.STILLWATCH_TEST_DATA ?? join(import.meta.dirname, '../../../shared/data'),
  'snmp',
)
export const hasRecording = (name: string): boolean => existsSync(join(recordings, `${name}.snmprec`))

/** One whole number of a recording, as it was answered. */
export function recorded(name: string, oid: string): number {
  const lines = readFileSync(join(recordings, `${name}.snmprec`), 'latin1').split('\n')
  const line = lines.find((one) => one.replace(/^\./, '').startsWith(`${oid}|`))
  return Number(line?.split('|')[2])
}

/** Every recording at once; the name of a recording is its community. */
export async function recordingsPeer(snmpsimd: string): Promise<SitePeer> {
  const port = await freePort('udp')
  const cache = temporaryDirectory()
  mkdirSync(join(cache, 'index'))
  // It refuses to run as root and then needs to write its index as somebody else.
  for (const folder of [cache, join(cache, 'index')]) chmodSync(folder, 0o777)
  const asNobody = process.getuid?.() === 0 ? ['--process-user=nobody', '--process-group=nogroup'] : []
  const args = [
    ...asNobody,
    `--cache-dir=${join(cache, 'index')}`,
    `--data-dir=${recordings}`,
    `--agent-udpv4-endpoint=127.0.0.1:${port}`,
  ]
  return {
    port,
    async start() {
      const peer = startPeer(snmpsimd, args, { HOME: homedir() })
      await peer.says(/Listening at UDP\/IPv4 endpoint/)
      return peer
    },
  }
}

/** A broker at the site. */
export async function mosquittoPeer(mosquitto: string): Promise<SitePeer> {
  const port = await freePort('tcp')
  const folder = temporaryDirectory()
  chmodSync(folder, 0o755)
  const file = join(folder, 'mosquitto.conf')
  writeFileSync(file, `listener ${port} 127.0.0.1\nallow_anonymous true\nlog_dest stderr\n`)
  return {
    port,
    async start() {
      const peer = startPeer(mosquitto, ['-c', file])
      await peer.says(/running/)
      return peer
    },
  }
}

const tcpService = `
const server = require('node:net').createServer((socket) => socket.on('error', () => {}))
server.listen(Number(process.argv[1]), '127.0.0.1', () => console.log('listening'))
`

/** A service that accepts connections and says nothing. */
export async function tcpPeer(): Promise<SitePeer> {
  const port = await freePort('tcp')
  return {
    port,
    async start() {
      const peer = startPeer(process.execPath, ['-e', tcpService, String(port)])
      await peer.says(/listening/)
      return peer
    },
  }
}

export interface Detector {
  /** Its power fails: the broker speaks its last will, if it has one. */
  kill(): Promise<void>
  /** It leaves with a goodbye: no last will is spoken. */
  leave(): Promise<void>
}

const SPEAKS_EVERY_MS = 1_000

/** mosquitto_pub held open as a detector that says the same once a second. */
export function startDetector(
  mosquittoPub: string,
  broker: { port: number },
  { topic, says, willTopic }: { topic: string; says: object; willTopic?: string },
): Detector {
  const will = willTopic === undefined ? [] : ['--will-topic', willTopic, '--will-payload', 'offline']
  const args = ['-h', '127.0.0.1', '-p', String(broker.port), '-t', topic, '-l', ...will]
  const child = spawn(mosquittoPub, args, { stdio: ['pipe', 'ignore', 'ignore'] })
  child.stdin.on('error', () => {})
  const ended = once(child, 'close')
  const speak = () => child.stdin.write(`${JSON.stringify(says)}\n`)
  speak()
  const speaking = setInterval(speak, SPEAKS_EVERY_MS)
  const end = async (how: () => void) => {
    clearInterval(speaking)
    how()
    await ended
  }
  const kill = () => end(() => child.kill('SIGKILL'))
  onTestFinished(kill)
  return { kill, leave: () => end(() => child.stdin.end()) }
}
