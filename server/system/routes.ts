import { Health, Overview } from '@stillwatch/contract/api/system.ts'
import type { Registry } from 'prom-client'
import type { Static } from 'typebox'
import Type from 'typebox'
import { inScope } from '../access/scope.ts'
import { wholePicture } from '../access/viewer.ts'
import type { App } from '../http/app-type.ts'
import type { Records } from '../store/records/records.ts'
import { readOverview } from './overview.ts'

export interface SystemDeps {
  records: Records
  version: string
  /** UTC ms. */
  startedAt: number
  status(): Static<typeof Health>['status']
  /** What Prometheus is shown. */
  metrics: Registry
}

const tags = ['system']

/** How the server itself is doing, and the figures above everything else. */
export function systemRoutes(app: App, deps: SystemDeps): void {
  const { records, version, status, metrics } = deps
  const startedAt = new Date(deps.startedAt).toISOString()

  app.get(
    '/api/v1/health',
    {
      config: { may: 'anyone' },
      schema: {
        summary: 'Whether the server serves',
        description: '503 while it starts or stops.',
        tags,
        response: { 200: Health, 503: Health },
      },
    },
    async (_request, reply) => {
      const now = status()
      return reply.code(now === 'ok' ? 200 : 503).send({ status: now, version, startedAt })
    },
  )

  app.get(
    '/api/v1/overview',
    {
      config: { may: 'signed_in' },
      schema: { summary: 'What is going on, in figures', tags, response: { 200: Overview } },
    },
    ({ viewer }) => readOverview(records.read, (table) => inScope(viewer, table)),
  )

  app.get(
    '/api/v1/openapi.json',
    {
      config: { may: 'anyone' },
      schema: {
        summary: 'This description',
        tags,
        response: { 200: Type.Record(Type.String(), Type.Unknown(), { description: 'OpenAPI 3.1' }) },
      },
    },
    () => app.swagger() as unknown as Record<string, unknown>,
  )

  app.get(
    '/metrics',
    {
      config: { may: wholePicture, local: true },
      schema: {
        summary: 'Figures for Prometheus',
        description:
          'From this machine without credentials, from elsewhere with `Authorization: Bearer`. A proxy on this machine has to send `X-Forwarded-For`, or it makes every client a local one.',
        tags,
        produces: [metrics.contentType],
        response: { 200: Type.String() },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.metrics()),
  )
}
