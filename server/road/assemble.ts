import type { GatewayConfig } from '@stillwatch/contract/device.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { Up } from '@stillwatch/contract/topics.ts'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import { v7 as uuid } from 'uuid'
import { openBroker, type RoadBroker } from '../ingest/broker.ts'
import { openEmbeddedMetrics } from '../store/metrics/embedded/embedded-metrics.ts'
import type { MetricStore } from '../store/metrics/metric-store.ts'
import { journalBytes } from '../store/records/fleet-rows.ts'
import type { Records } from '../store/records/records.ts'
import { prepareRoadRows } from '../store/records/road-rows.ts'
import { roadFigures } from './figures.ts'
import { FleetChanges } from './fleet-changes.ts'
import { loadFleet, readListHistory } from './load.ts'
import { Maintenance } from './maintenance.ts'
import { Road } from './open.ts'
import { encode } from './replies.ts'

/** What happened, for whoever shows it. */
export interface RoadNews {
  changed(changes: {
    deviceIds?: readonly string[]
    goneDeviceIds?: readonly string[]
    ticketIds?: readonly string[]
    gatewayIds?: readonly string[]
  }): void
  samples(values: readonly { deviceId: string; at: number; samples: Record<string, number> }[]): void
}

export interface AssembleDeps {
  records: Records
  clock: Clock
  log: Logger
  registry: Registry
  /** How long samples are kept, milliseconds. */
  retentionMs: number
  tls: { cert: string; key: string } | null
  news: RoadNews
  gatewayConfig(gatewayId: string): Promise<GatewayConfig>
  fatal(error: unknown): void
}

export interface AssembledRoad {
  road: Road
  broker: RoadBroker
  changes: FleetChanges
  metrics: MetricStore
  /** In the order in which nothing is lost: the door first, the stores last. */
  close(): Promise<void>
}

/** Loads the fleet and puts everything between the broker's door and the stores together. Nothing listens yet. */
export async function assembleRoad(deps: AssembleDeps): Promise<AssembledRoad> {
  const { records, clock, log, retentionMs, news } = deps
  const { db, queue, readDb } = records
  const journal = { bytes: journalBytes(db) }
  const metrics = openEmbeddedMetrics({
    db,
    queue,
    readDb,
    clock,
    retentionMs,
    journalBytes: () => journal.bytes,
  })
  const lists = readListHistory(db)
  const fleet = loadFleet({ db, metrics, ...lists, retentionMs })
  const figures = roadFigures(deps.registry, {
    gateways: () => countLinks(fleet),
    waiting: () => road.waiting,
    journalBytes: () => journal.bytes,
  })
  const broker = await openBroker(
    {
      authenticate: (gatewayId: string, secret: Buffer) => road.authenticate(gatewayId, secret),
      onMessage(gatewayId: string, up: Up, body: Uint8Array) {
        road.onMessage(gatewayId, up, body)
      },
      onEnd: (gatewayId: string, gone: boolean) => road.onEnd(gatewayId, gone),
      onRefused: (why: string) => figures.refusedAtDoor.inc({ why }),
    },
    log,
    deps.tls ?? undefined,
  )
  const send = (gatewayId: string, message: Parameters<typeof encode>[0]): void =>
    broker.send(gatewayId, message.leaf, encode(message))
  const changes = new FleetChanges({
    fleet,
    records,
    log,
    now: () => clock.now(),
    gatewayConfig: deps.gatewayConfig,
    send,
    kick: (gatewayId) => broker.kick(gatewayId),
    secretsChanged: () => road.rereadSecrets(),
    granted: (gatewayId) => road.expectGateway(gatewayId),
    gatewayGone: (gatewayId) => road.forgetGateway(gatewayId),
    forgetSeries: (id) => metrics.drop(id),
    told: (told) => news.changed(told),
  })
  const road: Road = new Road({
    fleet,
    rows: countingJournal(prepareRoadRows(db), journal),
    ...lists,
    retentionMs,
    newId: uuid,
    records,
    metrics,
    clock,
    log,
    figures,
    told: news,
    send,
    welcomed: (gatewayId) => changes.pushConfig(gatewayId),
    fatal: deps.fatal,
  })
  const maintenance = new Maintenance({ fleet, records, metrics, clock, log, journal })
  return {
    road,
    broker,
    changes,
    metrics,
    async close() {
      await broker.close()
      await road.close()
      await changes.idle()
      await maintenance.close()
      await maintenance.checkpoint()
      await metrics.close()
    },
  }
}

function countLinks(fleet: { gateways: ReadonlyMap<string, { link: string }> }): Record<string, number> {
  const links: Record<string, number> = {}
  for (const gateway of fleet.gateways.values()) links[gateway.link] = (links[gateway.link] ?? 0) + 1
  return links
}

function countingJournal(
  rows: ReturnType<typeof prepareRoadRows>,
  journal: { bytes: number },
): ReturnType<typeof prepareRoadRows> {
  return {
    ...rows,
    journal(row) {
      journal.bytes += row.body.length
      return rows.journal(row)
    },
  }
}
