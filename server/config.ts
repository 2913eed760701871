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

/** Every variable the server reads; `docs/operations.md` lists the same. */
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
  const problems: string[] = []
  const refuse = (name: Variable, allowed: string, value = env[name]): void => {
    problems.push(`${name} is ${JSON.stringify(value ?? '')}; ${allowed}`)
  }
  const given = (name: Variable): string | null => env[name]?.trim() || null
  const flag = (name: Variable): boolean => {
    const value = given(name)
    if (value !== null && value !== '0' && value !== '1') refuse(name, '0 or 1 is expected.')
    return value === '1'
  }
  const port = (name: Variable, byDefault: number): number => {
    const value = given(name) ?? String(byDefault)
    const number = Number(value)
    if (/^\d{1,5}$/.test(value) && number <= 65_535) return number
    refuse(name, 'a port from 0 to 65535 is expected; 0 takes a free one.')
    return byDefault
  }

  const tls = readTls(given('STILLWATCH_TLS_CERT'), given('STILLWATCH_TLS_KEY'), problems)
  const httpPort = port('STILLWATCH_HTTP_PORT', 8080)
  const mqttPort = port('STILLWATCH_MQTT_PORT', tls ? 8883 : 1883)
  if (httpPort === mqttPort && httpPort !== 0) {
    refuse('STILLWATCH_MQTT_PORT', 'another port than STILLWATCH_HTTP_PORT is expected.', String(mqttPort))
  }
  const bind = given('STILLWATCH_BIND') ?? '127.0.0.1'
  const insecure = flag('STILLWATCH_INSECURE')
  if (!isLoopback(bind) && !tls && !insecure) {
    refuse(
      'STILLWATCH_BIND',
      'beyond this machine, passwords would travel readable. Set STILLWATCH_TLS_CERT and STILLWATCH_TLS_KEY, or STILLWATCH_INSECURE=1.',
    )
  }
  const publicUrl = given('STILLWATCH_PUBLIC_URL')
  if (publicUrl !== null && !isOrigin(publicUrl)) {
    refuse(
      'STILLWATCH_PUBLIC_URL',
      'http:// or https://, a host and perhaps a port are expected, without a path.',
    )
  }
  const dataDir = resolve(given('STILLWATCH_DATA_DIR') ?? './data')
  const recordsUrl = given('STILLWATCH_RECORDS_URL') ?? 'sqlite:'
  if (!recordsUrl.startsWith('sqlite:')) {
    refuse(
      'STILLWATCH_RECORDS_URL',
      'only sqlite: or sqlite:FILE works for now.',
      withoutPassword(recordsUrl),
    )
  }
  const metricsUrl = given('STILLWATCH_METRICS_URL') ?? 'sqlite:'
  if (metricsUrl !== 'sqlite:') {
    refuse('STILLWATCH_METRICS_URL', 'only sqlite: works for now.', withoutPassword(metricsUrl))
  }
  const adminPassword = given('STILLWATCH_ADMIN_PASSWORD')
  if (adminPassword !== null && (adminPassword.length < 10 || adminPassword.length > 256)) {
    problems.push('STILLWATCH_ADMIN_PASSWORD (not shown) needs 10 to 256 characters.')
  }
  const demo = flag('STILLWATCH_DEMO')
  if (problems.length > 0) throw new ConfigError(problems)
  const localGatewayDir = given('STILLWATCH_LOCAL_GATEWAY')
  return {
    httpPort,
    mqttPort,
    bind,
    publicUrl: publicUrl === null ? null : new URL(publicUrl).origin,
    tls,
    dataDir,
    recordsFile: resolve(dataDir, recordsUrl.slice('sqlite:'.length) || 'stillwatch.db'),
    secretFile: resolve(given('STILLWATCH_SECRET_FILE') ?? join(dataDir, 'secret.key')),
    adminPassword,
    demo,
    localGatewayDir: localGatewayDir === null ? null : resolve(localGatewayDir),
  }
}

function readTls(certFile: string | null, keyFile: string | null, problems: string[]): Tls | null {
  if (certFile === null && keyFile === null) return null
  const cert = readPem('STILLWATCH_TLS_CERT', certFile, (pem) => new X509Certificate(pem), problems)
  const key = readPem('STILLWATCH_TLS_KEY', keyFile, (pem) => createPrivateKey(pem), problems)
  if (!cert || !key) return null
  if (!cert.parsed.checkPrivateKey(key.parsed)) {
    problems.push(
      `STILLWATCH_TLS_KEY is ${JSON.stringify(keyFile)}; it is not the key of STILLWATCH_TLS_CERT.`,
    )
  }
  const fingerprint = cert.parsed.fingerprint256.replaceAll(':', '').toLowerCase()
  return { cert: cert.pem, key: key.pem, fingerprint }
}

function readPem<T>(
  name: 'STILLWATCH_TLS_CERT' | 'STILLWATCH_TLS_KEY',
  file: string | null,
  parse: (pem: string) => T,
  problems: string[],
): { pem: string; parsed: T } | null {
  if (file === null) {
    problems.push(`${name} is ""; certificate and key come together.`)
    return null
  }
  try {
    const pem = readFileSync(file, 'utf8')
    return { pem, parsed: parse(pem) }
  } catch {
    problems.push(`${name} is ${JSON.stringify(file)}; a readable PEM file is expected.`)
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
