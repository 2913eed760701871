import { readFileSync, statSync } from 'node:fs'
import { isIPv6 } from 'node:net'

/** Where the gateway's own site broker listens, and whom it lets in; without a user name everybody who can reach it. */
export interface MqttListen {
  host: string
  port: number
  username?: string
  password?: string
}

interface Credentials {
  username: string
  password: string
}

const ALL_ADDRESSES = '0.0.0.0'
const allAddresses = ['0.0.0.0', '[::]', '[::ffff:0:0]']
/** Write for the group, anything for others. The group may read: that is how a service manager hands a secret to a service. */
const TOO_OPEN = 0o027

/** Reads `[HOST:]PORT` and the file with `USERNAME:PASSWORD`; every problem is one sentence and quotes no password. */
export function readMqttListen(
  listen: string | undefined,
  credentialsFile: string | undefined,
  readPort: (text: string) => number,
  problems: string[],
): MqttListen | undefined {
  const credentials = credentialsFile === undefined ? undefined : readCredentials(credentialsFile, problems)
  if (listen === undefined) {
    if (credentialsFile !== undefined)
      problems.push('--mqtt-listen-credentials is for a broker of its own: give --mqtt-listen as well.')
    return undefined
  }
  const colon = listen.lastIndexOf(':')
  const host = listen.slice(0, Math.max(0, colon)).replace(/^\[|\]$/g, '') || ALL_ADDRESSES
  if (credentialsFile === undefined && isEveryAddress(host))
    problems.push(
      '--mqtt-listen on all addresses would let everybody in: give --mqtt-listen-credentials, or the one HOST it may listen on without.',
    )
  return { host, port: readPort(listen.slice(colon + 1)), ...credentials }
}

/** However it is written: `0`, `::0` and the rest mean the same. */
function isEveryAddress(host: string): boolean {
  const url = URL.parse(`http://${isIPv6(host) ? `[${host}]` : host}`)
  return url !== null && allAddresses.includes(url.hostname)
}

function readCredentials(file: string, problems: string[]): Credentials | undefined {
  const text = readSecret(file, problems)
  if (text === undefined) return undefined
  const [, username, password] = /^([^:\r\n]+):([^\r\n]+)\r?\n?$/.exec(text) ?? []
  if (username !== undefined && password !== undefined) return { username, password }
  problems.push(`--mqtt-listen-credentials: ${file} must hold one line, USERNAME:PASSWORD.`)
  return undefined
}

function readSecret(file: string, problems: string[]): string | undefined {
  try {
    if (process.platform !== 'win32' && statSync(file).mode & TOO_OPEN)
      problems.push(`--mqtt-listen-credentials: others may read or change ${file}; say chmod 600 ${file}.`)
    return readFileSync(file, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    problems.push(`--mqtt-listen-credentials cannot be read: ${why}.`)
    return undefined
  }
}
