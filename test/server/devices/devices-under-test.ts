import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { CheckResult } from '@stillwatch/contract/road.ts'
import { onTestFinished } from 'vitest'
import { deviceHistoryRoutes } from '../../../server/devices/history-routes.ts'
import { deviceRoutes } from '../../../server/devices/routes.ts'
import { openEmbeddedMetrics } from '../../../server/store/metrics/embedded/embedded-metrics.ts'
import { embeddedMetricsSchema } from '../../../server/store/metrics/embedded/schema.ts'
import type { MetricStore } from '../../../server/store/metrics/metric-store.ts'
import { WriteQueue } from '../../../server/store/records/write-queue.ts'
import { type ApiUnderTest, apiUnderTest } from '../api-under-test.ts'

/** The device routes over a database of their own, with one site and one gateway to start with. */
export async function devicesUnderTest() {
  const api = await apiUnderTest()
  const { app, records, clock } = api
  const masterKey = randomBytes(32)
  const road = {
    changes: [] as { deviceIds: readonly string[]; gatewayIds: readonly string[] }[],
    gone: [] as string[],
    evidence: new Map<string, number>(),
    checks: new Map<string, CheckResult[]>(),
    answer: [] as CheckResult[] | StillwatchError,
  }
  const metrics = metricsIn(api)
  const room = {
    records,
    clock,
    masterKey,
    fleet: {
      devicesChanged: (deviceIds: readonly string[], gatewayIds: readonly string[]) =>
        void road.changes.push({ deviceIds, gatewayIds }),
    },
  }
  const health = {
    lastEvidenceAt: (id: string) => road.evidence.get(id) ?? null,
    checks: (id: string) => road.checks.get(id) ?? [],
    gateway: () => ({ watermark: null, spoolDepth: null, clockOffsetMs: null }),
  }
  deviceRoutes(app, { ...room, health, gone: (ids) => void road.gone.push(...ids) })
  deviceHistoryRoutes(app, {
    records,
    metrics,
    ask: async () => {
      if (road.answer instanceof StillwatchError) throw road.answer
      return road.answer
    },
  })
  const noc = await api.signedInAs('noc')
  const siteId = await api.addSite()
  const { id: gatewayId } = await api.addGateway(siteId)
  const add = (fields: object = {}) => addDevice(api, noc, { siteId, gatewayId, ...fields })
  return { ...api, masterKey, road, room, health, metrics, noc, siteId, gatewayId, add }
}

export type DevicesUnderTest = Awaited<ReturnType<typeof devicesUnderTest>>

function metricsIn({ directory, clock }: ApiUnderTest): MetricStore {
  const db = new DatabaseSync(join(directory, 'metrics.db'))
  onTestFinished(() => db.close())
  db.exec(embeddedMetricsSchema)
  return openEmbeddedMetrics({ db, queue: new WriteQueue(db), clock, retentionMs: Number.MAX_SAFE_INTEGER })
}

let named = 0
/** Adds a device with what is missing filled in; answers its id. */
async function addDevice(api: ApiUnderTest, token: string, fields: object): Promise<string> {
  named += 1
  const body = {
    name: `Camera ${named}`,
    kind: 'camera',
    address: `192.0.2.${named % 250}`,
    drivers: { snmp: { version: '2c' } },
    ...fields,
  }
  const answer = await api.call('POST', '/api/v1/devices', { token, body })
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body))
  return String(answer.body.id)
}
