import type { Clock } from '@stillwatch/contract/time.ts'
import type { FastifyBaseLogger } from 'fastify'
import type { Registry } from 'prom-client'
import type { Passwords } from './access/passwords.ts'
import { sessionRoutes } from './access/session-routes.ts'
import { SignInBrake } from './access/sign-in-brake.ts'
import { userRoutes } from './access/user-routes.ts'
import { deviceHistoryRoutes } from './devices/history-routes.ts'
import { deviceRoutes } from './devices/routes.ts'
import type { MasterKey } from './devices/sealed-at-rest.ts'
import { enrolmentRoutes } from './gateways/enrolment-routes.ts'
import { gatewayRoutes } from './gateways/routes.ts'
import type { App } from './http/app-type.ts'
import type { LivePush } from './live/live.ts'
import type { AssembledRoad } from './road/assemble.ts'
import { siteRoutes } from './sites/routes.ts'
import type { Records } from './store/records/records.ts'
import { systemRoutes } from './system/routes.ts'
import { ticketRoutes } from './tickets/routes.ts'

export interface RoutesDeps {
  records: Records
  clock: Clock
  log: FastifyBaseLogger
  passwords: Passwords
  masterKey: MasterKey
  registry: Registry
  version: string
  startedAt: number
  secure: boolean
  assembled: AssembledRoad
  tls: { cert: string; fingerprint: string } | null
  status(): 'ok' | 'starting' | 'stopping'
  mqttUrl(askedHost: string): string
  live: Pick<LivePush, 'changed' | 'accessChanged'>
}

/** Every room's routes, with what each of them takes. */
export function addRoutes(app: App, deps: RoutesDeps): void {
  const { records, clock, log, passwords, masterKey, assembled, live } = deps
  const { changes: fleet, road, metrics } = assembled
  const brake = new SignInBrake()
  sessionRoutes(app, { records, clock, log, passwords, brake, secure: deps.secure })
  userRoutes(app, {
    records,
    clock,
    passwords,
    brake,
    accessChanged: (accountId) => live.accessChanged(accountId),
  })
  siteRoutes(app, { records, clock })
  gatewayRoutes(app, {
    records,
    clock,
    fleet,
    health: road.view,
    tlsFingerprint: deps.tls?.fingerprint ?? null,
  })
  enrolmentRoutes(app, { records, clock, log, fleet, mqttUrl: deps.mqttUrl, caPem: deps.tls?.cert ?? null })
  deviceRoutes(app, {
    records,
    clock,
    masterKey,
    fleet,
    health: road.view,
    gone: (goneDeviceIds) => live.changed({ goneDeviceIds }),
  })
  deviceHistoryRoutes(app, { records, metrics, ask: (gatewayId, deviceId) => road.ask(gatewayId, deviceId) })
  ticketRoutes(app, { records, clock, ticketsChanged: (ticketIds) => live.changed({ ticketIds }) })
  const { version, startedAt, status, registry } = deps
  systemRoutes(app, { records, version, startedAt, status, metrics: registry })
}
