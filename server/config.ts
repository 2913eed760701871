import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { join, resolve } from 'node:path'

export interface Tls {
  /** PEM. */
  cert: string
  key: string
  /** SHA-256 of the certificate, 64 hex digits. */
  fingerprint: string
}

export interface ServerConfig {
  /** 0 takes a free port. */
  httpPort: number
  mqttPort: number
  bind: string
  /** Where people and gateways reach us, without a slash at the end. Null: what we listen on. */
  publicUrl: string | null
  tls: Tls | null
  dataDir: string
  /** The SQLite file with the records and, while there is no other store, the series. */
  recordsFile: string
  secretFile: string
  adminPassword: string | null
  demo: boolean
  /** Data directory of the gateway on this machine, when there is one. */
  localGatewayDir: string | null
}

type Env = Readonly<Record<string, string | undefined>>

/** Every variable the server reads; `docs/operations.md` lists the same, and a test keeps the two equal. */
export const environment = {
  STILLWATCH_HTTP_PORT: 'Port of the page and the API. Default 8080.',
  STILLWATCH_MQTT_PORT: 'Port gateways connect to. Default 1883, with TLS 8883.',
  STILLWATCH_BIND: 'Address to listen on. Default 127.0.0.1: this machine only.',
  STILLWATCH_PUBLIC_URL: 'How browsers and gateways reach this server. Default: the address it listens on.',
  STILLWATCH_TLS_CERT: 'File with the certificate, PEM. With it the server speaks https and mqtts.',
  STILLWATCH_TLS_KEY: 'File with the key of the certificate, PEM.',
  STILLWATCH_INSECURE: '1 allows listening beyond this machine without TLS.',
  STILLWATCH_DATA_DIR: 'Directory for everything that is kept. Default ./data.',
  STILLWATCH_SECRET_FILE:
    'File with the key that device credentials are sealed with. Not part of a backup: keep a copy elsewhere. Default secret.key in the data directory.',
  STILLWATCH_RECORDS_URL:
    'sqlite: or sqlite:FILE. Default sqlite:, which is stillwatch.db in the data directory.',
  STILLWATCH_METRICS_URL:
    'Where series are kept. sqlite: is beside the records, and the only choice for now.',
  STILLWATCH_ADMIN_PASSWORD:
    'Password of the first user, admin; at least 10 characters. Default: made up and shown once.',
  STILLWATCH_DEMO: '1 runs the simulated building.',
  STILLWATCH_LOCAL_GATEWAY:
    'Data directory of a gateway on this machine; the server leaves its enrolment code there.',
} as const
type Variable = keyof typeof environment

/** All that is wrong with the environment, at once. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`The configuration does not work:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
    this.problems = problems
  }
}

/** Reads the environment, and the TLS files it names. Throws a ConfigError with every problem found. */
export function readConfig(env: Env): ServerConfig {
  const reader = new EnvReader(env)
  const dataDir = resolve(reader.text('STILLWATCH_DATA_DIR') ?? './data')
  const localGatewayDir = reader.text('STILLWATCH_LOCAL_GATEWAY')
  const config = {
    ...readDoors(reader),
    dataDir,
    recordsFile: readStores(reader, dataDir),
    secretFile: resolve(reader.text('STILLWATCH_SECRET_FILE') ?? join(dataDir, 'secret.key')),
    adminPassword: readAdminPassword(reader),
    demo: reader.flag('STILLWATCH_DEMO'),
    localGatewayDir: localGatewayDir === null ? null : resolve(localGatewayDir),
  }
  if (reader.problems.length > 0) throw new ConfigError(reader.problems)
  return config
}

/** Reads one variable after the other and keeps what is wrong with them. */
class EnvReader {
  readonly problems: string[] = []
  readonly #env: Env

  constructor(env: Env) {
    this.#env = env
  }

  /** Null when it is not set, or empty. */
  text(name: Variable): string | null {
    return this.#env[name]?.trim() || null
  }

  flag(name: Variable): boolean {
    const value = this.text(name)
    if (value !== null && value !== '0' && value !== '1') this.refuse(name, value, '0 or 1 is expected.')
    return value === '1'
  }

  port(name: Variable, byDefault: number): number {
    const value = this.text(name) ?? String(byDefault)
    if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
    this.refuse(name, value, 'a port from 0 to 65535 is expected; 0 takes a free one.')
    return byDefault
  }

  refuse(name: Variable, value: string | null, allowed: string): void {
    this.problems.push(`${name} is ${JSON.stringify(value ?? '')}; ${allowed}`)
  }
}

function readDoors(reader: EnvReader) {
  const tls = readTls(reader)
  const httpPort = reader.port('STILLWATCH_HTTP_PORT', 8080)
  const mqttPort = reader.port('STILLWATCH_MQTT_PORT', tls ? 8883 : 1883)
  if (httpPort === mqttPort && httpPort !== 0) {
    reader.refuse(
      'STILLWATCH_MQTT_PORT',
      String(mqttPort),
      'another port than STILLWATCH_HTTP_PORT is expected.',
    )
  }
  const bind = reader.text('STILLWATCH_BIND') ?? '127.0.0.1'
  const insecure = reader.flag('STILLWATCH_INSECURE')
  if (!isLoopback(bind) && !tls && !insecure) {
    reader.refuse(
      'STILLWATCH_BIND',
      bind,
      'beyond this machine, passwords would travel readable. Set STILLWATCH_TLS_CERT and STILLWATCH_TLS_KEY, or STILLWATCH_INSECURE=1.',
    )
  }
  return { httpPort, mqttPort, bind, tls, publicUrl: readPublicUrl(reader) }
}

function readPublicUrl(reader: EnvReader): string | null {
  const text = reader.text('STILLWATCH_PUBLIC_URL')
  if (text === null) return null
  if (isOrigin(text)) return new URL(text).origin
  const allowed = 'http:// or https://, a host and perhaps a port are expected, without a path.'
  reader.refuse('STILLWATCH_PUBLIC_URL', text, allowed)
  return null
}

/** Answers the file of the records, beside which the series are. */
function readStores(reader: EnvReader, dataDir: string): string {
  const records = reader.text('STILLWATCH_RECORDS_URL') ?? 'sqlite:'
  if (!records.startsWith('sqlite:')) {
    const allowed = 'only sqlite: or sqlite:FILE works for now.'
    reader.refuse('STILLWATCH_RECORDS_URL', withoutPassword(records), allowed)
  }
  const metrics = reader.text('STILLWATCH_METRICS_URL') ?? 'sqlite:'
  if (metrics !== 'sqlite:') {
    reader.refuse('STILLWATCH_METRICS_URL', withoutPassword(metrics), 'only sqlite: works for now.')
  }
  return resolve(dataDir, records.slice('sqlite:'.length) || 'stillwatch.db')
}

function readAdminPassword(reader: EnvReader): string | null {
  const password = reader.text('STILLWATCH_ADMIN_PASSWORD')
  if (password !== null && (password.length < 10 || password.length > 256)) {
    reader.problems.push('STILLWATCH_ADMIN_PASSWORD (not shown) needs 10 to 256 characters.')
  }
  return password
}

function readTls(reader: EnvReader): Tls | null {
  const certFile = reader.text('STILLWATCH_TLS_CERT')
  const keyFile = reader.text('STILLWATCH_TLS_KEY')
  if (certFile === null && keyFile === null) return null
  const cert = readPem(reader, 'STILLWATCH_TLS_CERT', (pem) => new X509Certificate(pem))
  const key = readPem(reader, 'STILLWATCH_TLS_KEY', (pem) => createPrivateKey(pem))
  if (!cert || !key) return null
  if (!cert.parsed.checkPrivateKey(key.parsed)) {
    reader.refuse('STILLWATCH_TLS_KEY', keyFile, 'it is not the key of STILLWATCH_TLS_CERT.')
  }
  const fingerprint = cert.parsed.fingerprint256.replaceAll(':', '').toLowerCase()
  return { cert: cert.pem, key: key.pem, fingerprint }
}

function readPem<T>(
  reader: EnvReader,
  name: Variable,
  parse: (pem: string) => T,
): { pem: string; parsed: T } | null {
  const file = reader.text(name)
  if (file === null) {
    reader.refuse(name, file, 'certificate and key come together.')
    return null
  }
  try {
    const pem = readFileSync(file, 'utf8')
    return { pem, parsed: parse(pem) }
  } catch {
    reader.refuse(name, file, 'a readable PEM file is expected.')
    return null
  }
}

const isLoopback = (bind: string): boolean =>
  bind === 'localhost' || bind === '::1' || (isIPv4(bind) && bind.startsWith('127.'))

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const url = new URL(text)
  const bare = url.pathname === '/' && !url.search && !url.hash && !url.username && !url.password
  return bare && (url.protocol === 'http:' || url.protocol === 'https:')
}

/** A store's URL may carry a password, and what is refused is shown. */
const withoutPassword = (url: string): string => url.replace(/\/\/[^@/]*@/, '//***@')
