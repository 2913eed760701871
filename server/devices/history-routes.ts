import { IdParams, PageQuery } from '@stillwatch/contract/api/common.ts'
import { CheckAnswer, Samples, SamplesQuery, SeriesList, Timeline } from '@stillwatch/contract/api/devices.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { CheckResult } from '@stillwatch/contract/road.ts'
import Type from 'typebox'
import { inScope } from '../access/scope.ts'
import type { Viewer } from '../access/viewer.ts'
import type { App } from '../http/app-type.ts'
import type { MetricStore } from '../store/metrics/metric-store.ts'
import type { Records } from '../store/records/records.ts'
import { samples, seriesList, timeline } from './history.ts'

export interface DeviceHistoryDeps {
  records: Records
  metrics: MetricStore
  /** Asks a device now, through its gateway. Settles within 5 s; rejects with a StillwatchError. */
  ask(gatewayId: string, deviceId: string): Promise<CheckResult[]>
}

const tags = ['devices']
const asking = ['admin', 'noc', 'dispatcher', 'technician', 'manager'] as const

/** What devices said and did, and asking one now. */
export function deviceHistoryRoutes(app: App, deps: DeviceHistoryDeps): void {
  checkRoute(app, deps)
  metricRoutes(app, deps)

  app.get(
    '/api/v1/devices/:id/timeline',
    {
      config: { may: 'signed_in' },
      schema: {
        summary: 'What happened to a device, newest first',
        tags,
        params: IdParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Timeline },
      },
    },
    async ({ viewer, params: { id }, query }) => {
      await findDevice(deps.records, viewer, id)
      return timeline(deps.records, id, query)
    },
  )
}

function checkRoute(app: App, { records, ask }: DeviceHistoryDeps): void {
  app.post(
    '/api/v1/devices/:id/check',
    {
      config: {
        may: asking,
        answers: ['gateway_offline', 'no_answer_in_time', 'conflict', 'unavailable'],
        // The device is asked each time: a stuck script must not keep it busy.
        rateLimit: { max: 120, timeWindow: '1 minute' },
      },
      schema: {
        summary: 'Ask a device now',
        description: 'Answers within 5 s.',
        tags,
        params: IdParams,
        response: { 200: CheckAnswer },
      },
    },
    async ({ viewer, params: { id } }) => {
      const { gatewayId, link } = await findDevice(records, viewer, id)
      if (link !== 'connected' && link !== 'catching_up') throw new StillwatchError('gateway_offline')
      return { checks: await ask(gatewayId, id) }
    },
  )
}

function metricRoutes(app: App, { records, metrics }: DeviceHistoryDeps): void {
  app.get(
    '/api/v1/devices/:id/series',
    {
      config: { may: 'signed_in' },
      schema: {
        summary: 'What a device is measured by',
        tags,
        params: IdParams,
        response: { 200: SeriesList },
      },
    },
    async ({ viewer, params: { id } }) => {
      await findDevice(records, viewer, id)
      return seriesList(metrics, id)
    },
  )

  app.get(
    '/api/v1/devices/:id/samples',
    {
      config: { may: 'signed_in' },
      schema: {
        summary: 'Values of one metric',
        description:
          'Every value while there are at most `points` in the range, else the mean, minimum and maximum of as many buckets.',
        tags,
        params: IdParams,
        querystring: SamplesQuery,
        response: { 200: Samples },
      },
    },
    async ({ viewer, params: { id }, query }) => {
      await findDevice(records, viewer, id)
      return samples(metrics, id, query)
    },
  )
}

async function findDevice(records: Records, viewer: Viewer, id: string) {
  const device = await records.read
    .selectFrom('device')
    .innerJoin('gateway', 'gateway.id', 'device.gateway_id')
    .select(['device.gateway_id as gatewayId', 'gateway.link'])
    .where('device.id', '=', id)
    .where(inScope(viewer, 'device'))
    .executeTakeFirst()
  if (!device) throw new StillwatchError('not_found')
  return device
}
