import { join } from 'node:path'
import type { Role } from '@stillwatch/contract/roles.ts'
import type { InjectOptions } from 'fastify'
import pino from 'pino'
import { Registry } from 'prom-client'
import { onTestFinished } from 'vitest'
import { addUser } from '../../server/access/accounts.ts'
import { bootstrap } from '../../server/access/bootstrap.ts'
import { guard } from '../../server/access/guard.ts'
import { Passwords } from '../../server/access/passwords.ts'
import { sessionRoutes } from '../../server/access/session-routes.ts'
import { findSession, openSession } from '../../server/access/sessions.ts'
import { SignInBrake } from '../../server/access/sign-in-brake.ts'
import { userRoutes } from '../../server/access/user-routes.ts'
import { enrolmentRoutes } from '../../server/gateways/enrolment-routes.ts'
import { gatewayRoutes } from '../../server/gateways/routes.ts'
import { buildHttp } from '../../server/http/app.ts'
import type { App } from '../../server/http/app-type.ts'
import { siteRoutes } from '../../server/sites/routes.ts'
import { openRecords, type Records } from '../../server/store/records/records.ts'
import { systemRoutes } from '../../server/system/routes.ts'
import { FakeClock } from '../fakes/fake-clock.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'

/** argon2id at its least, so that tests do not wait for it. */
export const quickCost = { memoryKib: 8, passes: 1, lanes: 1 }
export const ADMIN_PASSWORD = 'correct horse battery'
export const publicOrigin = 'https://stillwatch.example'

interface Answer {
  status: number
  // Tests read answers of every shape; the routes' schemas are what is typed.
  body: Record<string, unknown> & { items: Record<string, unknown>[]; details: Record<string, unknown> }
  headers: Record<string, unknown>
}

export interface Call {
  token?: string
  body?: unknown
  headers?: Record<string, string>
  from?: string
}

export interface ApiUnderTest {
  app: App
  records: Records
  clock: FakeClock
  passwords: Passwords
  tenantId: string
  directory: string
  /** Gateways the road was told about, and people whose open connections were to be checked. */
  told: { gateways: string[]; people: string[] }
  log: string[]
  call(method: string, url: string, call?: Call): Promise<Answer>
  /** A token of a new person of this role. */
  signedInAs(role: Role, siteIds?: string[]): Promise<string>
  addSite(name?: string): Promise<string>
  addGateway(siteId: string): Promise<{ id: string; enrolmentCode: string }>
}

export interface Options {
  extraRoutes?(app: App): void
  requestsPerMinute?: number
  dashboardDir?: string
  tlsFingerprint?: string
  status?: () => 'ok' | 'starting' | 'stopping'
}

/** The whole HTTP side of these rooms over a database of its own, without a port. */
export async function apiUnderTest(options: Options = {}): Promise<ApiUnderTest> {
  const directory = temporaryDirectory()
  const records = openRecords(join(directory, 'records.db'))
  onTestFinished(() => records.close())
  const clock = new FakeClock()
  const passwords = new Passwords(quickCost)
  const { tenantId } = await bootstrap({ records, clock, passwords }, ADMIN_PASSWORD)
  const told = { gateways: [] as string[], people: [] as string[] }
  const log: string[] = []
  const app = await buildApp(options, { records, clock, passwords, told, log, directory })
  onTestFinished(() => app.close())
  const api = { app, records, clock, passwords, tenantId, directory, told, log }
  const call = caller(app)
  const signedInAs = (role: Role, siteIds?: string[]) => newSession(api, role, siteIds)
  const admin = await signedInAs('admin')
  return {
    ...api,
    call,
    signedInAs,
    async addSite(name = 'Harbour house') {
      const { body } = await call('POST', '/api/v1/sites', {
        token: admin,
        body: { name, timeZone: 'Asia/Shanghai' },
      })
      return String(body.id)
    },
    async addGateway(siteId) {
      const { body } = await call('POST', `/api/v1/sites/${siteId}/gateways`, {
        token: admin,
        body: { name: 'Cellar' },
      })
      return { id: String(body.id), enrolmentCode: String(body.enrolmentCode) }
    },
  }
}

interface Parts
  extends Pick<ApiUnderTest, 'records' | 'clock' | 'passwords' | 'told' | 'log' | 'directory'> {}

async function buildApp(options: Options, parts: Parts): Promise<App> {
  const { records, clock, passwords, told, directory } = parts
  const log = pino({ level: 'debug' }, { write: (line: string) => parts.log.push(line) })
  const app = await buildHttp({
    log,
    version: '0.0.0',
    secure: true,
    dashboardDir: options.dashboardDir ?? join(directory, 'no-dashboard'),
    ...(options.requestsPerMinute === undefined ? {} : { requestsPerMinute: options.requestsPerMinute }),
    guard: (bare) =>
      guard(bare, { publicOrigin, findSession: (token) => findSession({ records, clock }, token) }),
  })
  const brake = new SignInBrake()
  const fleet = {
    devicesChanged: () => undefined,
    gatewayChanged: (id: string) => void told.gateways.push(id),
  }
  const health = {
    lastEvidenceAt: () => null,
    checks: () => [],
    gateway: () => ({ watermark: clock.now(), spoolDepth: 3, clockOffsetMs: -12 }),
  }
  sessionRoutes(app, { records, clock, log, passwords, brake, secure: true })
  userRoutes(app, {
    records,
    clock,
    passwords,
    brake,
    accessChanged: (id) => void told.people.push(id),
  })
  siteRoutes(app, { records, clock })
  const tlsFingerprint = options.tlsFingerprint ?? null
  gatewayRoutes(app, { records, clock, fleet, health, tlsFingerprint })
  const mqttUrl = (askedHost: string) => `mqtt://${askedHost}:1883`
  enrolmentRoutes(app, { records, clock, log, fleet, mqttUrl, caPem: null })
  const status = options.status ?? (() => 'ok')
  systemRoutes(app, { records, version: '0.0.0', startedAt: clock.now(), status, metrics: new Registry() })
  options.extraRoutes?.(app)
  return app
}

const caller =
  (app: App): ApiUnderTest['call'] =>
  async (method, url, { token, body, headers, from } = {}) => {
    const answer = await app.inject({
      method: method as NonNullable<InjectOptions['method']>,
      url,
      headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { payload: body as object }),
      ...(from === undefined ? {} : { remoteAddress: from }),
    })
    const json = String(answer.headers['content-type'] ?? '').includes('json')
    const parsed = (json ? answer.json() : { text: answer.body }) as Answer['body']
    return { status: answer.statusCode, body: parsed, headers: answer.headers }
  }

let people = 0
async function newSession(
  { records, clock, tenantId }: Pick<ApiUnderTest, 'records' | 'clock' | 'tenantId'>,
  role: Role,
  siteIds: string[] = [],
): Promise<string> {
  people += 1
  const user = { username: `${role}${people}`, role, siteIds }
  return records.write(async (trx) => {
    const id = await addUser(trx, tenantId, user, 'never used', clock.now())
    return openSession(trx, id, clock.now())
  })
}
