import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { Enrolment } from './enrol/enrol.ts'
import { type KeptOptions, mergeOptions, readKeptOptions } from './kept-options.ts'
import { type MqttListen, readMqttListen } from './mqtt-listen.ts'

export interface GatewaySettings {
  dataDir: string
  /** Present when the gateway shall be enrolled (again). */
  enrolment?: Enrolment
  statusPort: number
  /** Absent when it runs no site broker of its own. */
  mqttListen?: MqttListen
  /** To be kept for later starts. */
  kept: KeptOptions
}

export const usage = `Usage: stillwatch-gateway --data-dir DIR [--server URL (--enrol CODE | --enrol-file FILE)]
                          [--status-port N] [--mqtt-listen [HOST:]PORT] [--mqtt-listen-credentials FILE]

  --data-dir DIR        where this gateway keeps its identity, its device list and its spool
  --server URL          the server to enrol with; needed once
  --enrol CODE          the one-time code from the gateway page; needed once
  --enrol-file FILE     the same, from a file
  --status-port N       port of the read-only status page on this machine (8090; 0: any free one; -1: off)
  --mqtt-listen PORT    run a small MQTT broker for devices of this site, on all addresses or on HOST; off: no longer
  --mqtt-listen-credentials FILE
                        USERNAME:PASSWORD that devices must give; without it --mqtt-listen needs a HOST
  --help                this text

--status-port and --mqtt-listen... are remembered: later starts need only --data-dir.
`

const DEFAULT_STATUS_PORT = 8090
const HIGHEST_PORT = 65_535
const CODE = /^[A-Za-z0-9 -]{4,64}(\.[0-9a-fA-F]{64})?$/

/** All that is wrong with the command line, one sentence each. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}

const flags = {
  'data-dir': { type: 'string' },
  server: { type: 'string' },
  enrol: { type: 'string' },
  'enrol-file': { type: 'string' },
  'status-port': { type: 'string' },
  'mqtt-listen': { type: 'string' },
  'mqtt-listen-credentials': { type: 'string' },
} as const

type Values = { [K in keyof typeof flags]?: string }

/**
 * Reads the command line before anything touches the network. `isEnrolled` tells whether a data directory already has an identity.
 * Throws a `SettingsError` with every problem at once.
 */
export function readSettings(
  args: readonly string[],
  isEnrolled: (dataDir: string) => boolean,
): GatewaySettings {
  const problems: string[] = []
  const { 'data-dir': dataDir = '', server, enrol, 'enrol-file': enrolFile, ...given } = parse(args, problems)
  if (dataDir === '') problems.push('--data-dir is missing: say where this gateway may keep its data.')
  const enrolment = readEnrolment(
    { server, enrol, enrolFile },
    dataDir !== '' && isEnrolled(dataDir),
    problems,
  )
  const kept = mergeOptions(dataDir === '' ? {} : readKeptOptions(dataDir, problems), given)
  const statusPort = readPort(
    '--status-port',
    kept['status-port'] ?? String(DEFAULT_STATUS_PORT),
    -1,
    problems,
  )
  const mqttListen = readMqttListen(
    kept['mqtt-listen'],
    kept['mqtt-listen-credentials'],
    (text) => readPort('--mqtt-listen', text, 0, problems),
    problems,
  )
  if (problems.length > 0) throw new SettingsError(problems)
  return { dataDir, statusPort, kept, ...(enrolment && { enrolment }), ...(mqttListen && { mqttListen }) }
}

function parse(args: readonly string[], problems: string[]): Values {
  const { values, tokens } = parseArgs({
    args: [...args],
    options: flags,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind === 'positional') problems.push(`"${token.value}" is not an option of this program.`)
    if (token.kind !== 'option') continue
    if (!(token.name in flags)) problems.push(`${token.rawName} is not an option of this program.`)
    else if (token.value === undefined) problems.push(`${token.rawName} needs a value.`)
  }
  const known = Object.keys(flags).map((name) => [name, values[name]])
  return Object.fromEntries(known.filter(([, value]) => typeof value === 'string')) as Values
}

function readEnrolment(
  told: Record<'server' | 'enrol' | 'enrolFile', string | undefined>,
  enrolled: boolean,
  problems: string[],
): Enrolment | undefined {
  const { server, enrol, enrolFile: file } = told
  if (enrol !== undefined && file !== undefined) problems.push('Give --enrol or --enrol-file, not both.')
  const wanted = enrol !== undefined || (file !== undefined && !enrolled)
  if (!wanted) {
    if (!enrolled) problems.push('This gateway is not enrolled yet: give --server and --enrol.')
    return undefined
  }
  if (server === undefined) problems.push('--server is missing: an enrolment code is good for one server.')
  else if (!isHttpUrl(server)) problems.push(`--server must be an http or https URL; it is "${server}".`)
  const code = enrol ?? readCode(file ?? '', problems)
  if (code === undefined) return undefined
  if (!CODE.test(code))
    problems.push('The enrolment code does not look like one: copy it from the gateway page.')
  return { server: server ?? '', code }
}

function readCode(file: string, problems: string[]): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    problems.push(`--enrol-file cannot be read: ${error instanceof Error ? error.message : String(error)}.`)
    return undefined
  }
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol)
}

function readPort(name: string, text: string, lowest: number, problems: string[]): number {
  const port = /^-?\d{1,5}$/.test(text) ? Number(text) : Number.NaN
  if (port >= lowest && port <= HIGHEST_PORT) return port
  problems.push(`${name} must be a whole number from ${lowest} to ${HIGHEST_PORT}; it is "${text}".`)
  return lowest
}
