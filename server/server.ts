import { fileURLToPath } from 'node:url'
import { type Clock, DAY_MS } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import { bootstrap } from './access/bootstrap.ts'
import { guard } from './access/guard.ts'
import { Passwords } from './access/passwords.ts'
import { loadMasterKey } from './access/secret-file.ts'
import { findSession } from './access/sessions.ts'
import type { ServerConfig } from './config.ts'
import { gatewayConfig } from './devices/gateway-config.ts'
import { prepareLocalGateway } from './gateways/local-gateway.ts'
import { buildHttp } from './http/app.ts'
import type { App } from './http/app-type.ts'
import type { LivePush } from './live/live.ts'
import { liveRoutes } from './live/routes.ts'
import { assembleRoad } from './road/assemble.ts'
import { addRoutes } from './routes.ts'
import { addSite } from './sites/sites.ts'
import { countDevices } from './store/records/fleet-rows.ts'
import { openRecords, type Records } from './store/records/records.ts'

export interface ServerDeps {
  config: ServerConfig
  clock: Clock
  log: Logger
  version: string
  /** Hashing at less than the recommended cost, in tests. */
  passwords?: Passwords
  /** The records cannot be written any more: nothing may be acknowledged, the process has to end. */
  fatal(error: unknown): void
}

export interface RunningServer {
  /** Where people find the page. */
  url: string
  mqttPort: number
  close(): Promise<void>
}

/** How long samples are kept. */
const RETENTION_MS = 400 * DAY_MS
const dashboardDir = fileURLToPath(new URL('../dashboard/dist', import.meta.url))

/** The whole server, listening: records, road, API and live push. */
export async function startServer(deps: ServerDeps): Promise<RunningServer> {
  const { config, clock, log, version } = deps
  const startedAt = clock.now()
  let status: 'ok' | 'starting' | 'stopping' = 'starting'
  let live: LivePush | undefined
  const records = openRecords(config.recordsFile)
  const passwords = deps.passwords ?? new Passwords()
  const { tenantId, generatedPassword } = await bootstrap({ records, clock, passwords }, config.adminPassword)
  // At once: what follows may fail, and nothing else knows this password.
  if (generatedPassword !== null) {
    log.info(
      { adminUser: 'admin', adminPassword: generatedPassword },
      'First start: made the user admin. The password is shown only here.',
    )
  }
  const masterKey = loadMasterKey(config.secretFile, countDevices(records.db) > 0)
  const registry = new Registry()
  const assembled = await assembleRoad({
    records,
    clock,
    log,
    registry,
    retentionMs: RETENTION_MS,
    tls: config.tls,
    news: { changed: (changes) => live?.changed(changes), samples: (values) => live?.samples(values) },
    gatewayConfig: (gatewayId) => gatewayConfig(records, masterKey, gatewayId),
    fatal: deps.fatal,
  })
  const mqttPort = await portFrom('STILLWATCH_MQTT_PORT', () =>
    assembled.broker.listen(config.mqttPort, config.bind),
  )
  const app = await openHttp(deps, records)
  let url = ''
  addRoutes(app, {
    ...{ records, clock, log, passwords, masterKey, registry, version, startedAt, assembled },
    secure: isSecure(config),
    tls: config.tls,
    status: () => status,
    mqttUrl: (askedHost) => mqttUrlOf(config, askedHost, mqttPort),
    live: {
      changed: (changes) => live?.changed(changes),
      accessChanged: (accountId) => live?.accessChanged(accountId),
    },
  })
  await app.ready()
  live = liveRoutes(app, {
    records,
    clock,
    log,
    health: assembled.road.view,
    publicOrigin: config.publicUrl ?? '',
  })
  const address = await portFrom('STILLWATCH_HTTP_PORT', () =>
    app.listen({ port: config.httpPort, host: config.bind }),
  )
  url = config.publicUrl ?? address
  if (config.localGatewayDir !== null)
    await welcomeLocalGateway(deps, records, tenantId, config.localGatewayDir)
  status = 'ok'
  return {
    url,
    mqttPort,
    async close() {
      status = 'stopping'
      live?.close()
      await assembled.close()
      await app.close()
      await records.close()
    },
  }
}

const isSecure = (config: ServerConfig): boolean =>
  config.tls !== null || (config.publicUrl?.startsWith('https:') ?? false)

function openHttp({ config, clock, log, version }: ServerDeps, records: Records): Promise<App> {
  return buildHttp({
    log,
    version,
    ...(config.tls ? { tls: config.tls } : {}),
    secure: isSecure(config),
    dashboardDir,
    guard: (app) =>
      guard(app, {
        findSession: (token) => findSession({ records, clock }, token),
        publicOrigin: config.publicUrl ?? '',
      }),
  })
}

/** Says which setting to change when a port is not to be had. */
async function portFrom<T>(variable: string, listen: () => Promise<T>): Promise<T> {
  try {
    return await listen()
  } catch (cause) {
    const { code, address, port } = cause as { code?: string; address?: string; port?: number }
    const why = {
      EADDRINUSE: 'is already taken',
      EACCES: 'needs more rights',
      EADDRNOTAVAIL: 'is not an address of this machine',
    }[code ?? '']
    if (!why) throw cause
    throw new Error(`${address}:${port} ${why}. Stop what uses it, or choose another with ${variable}.`, {
      cause,
    })
  }
}

/** Gateways find the broker on the host they were told, or else on the one they reached us by. */
function mqttUrlOf(config: ServerConfig, askedHost: string, port: number): string {
  const host = config.publicUrl === null ? askedHost : new URL(config.publicUrl).hostname
  return `${config.tls ? 'mqtts' : 'mqtt'}://${host}:${port}`
}

function welcomeLocalGateway(
  { clock, config }: ServerDeps,
  records: Records,
  tenantId: string,
  dir: string,
): Promise<void> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  return prepareLocalGateway(
    { records, clock },
    {
      dir,
      tenantId,
      tlsFingerprint: config.tls?.fingerprint ?? null,
      addSite: (trx) => addSite(trx, tenantId, { name: 'My site', timeZone }, clock.now()),
    },
  )
}
