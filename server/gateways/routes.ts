import { IdParams, Uuid } from '@stillwatch/contract/api/common.ts'
import {
  EnrolmentCode,
  Gateway,
  GatewayPage,
  GatewayPatch,
  NewGateway,
} from '@stillwatch/contract/api/gateways.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import Type from 'typebox'
import { inScope } from '../access/scope.ts'
import { siteSetup, type Viewer } from '../access/viewer.ts'
import type { FleetListener, HealthView } from '../health/view.ts'
import type { App } from '../http/app-type.ts'
import type { Records } from '../store/records/records.ts'
import { addGateway, changeGateway, removeGateway } from './change-gateways.ts'
import { issueCode } from './enrolment-code.ts'
import { readGateways } from './read-gateways.ts'

export interface GatewayDeps {
  records: Records
  clock: Clock
  fleet: FleetListener
  health: HealthView
  /** SHA-256 of our certificate in hex; it travels in the enrolment code, so that a gateway knows whom it may trust. */
  tlsFingerprint: string | null
}

const tags = ['gateways']

export function gatewayRoutes(app: App, deps: GatewayDeps): void {
  readingRoutes(app, deps)
  codeRoutes(app, deps)
  changingRoutes(app, deps)
}

function codeRoutes(app: App, deps: GatewayDeps): void {
  const { records, clock } = deps

  app.post(
    '/api/v1/sites/:siteId/gateways',
    {
      config: { may: siteSetup },
      schema: {
        summary: 'Add a gateway to a site',
        description: 'Answers the code to enrol it with.',
        tags,
        params: Type.Object({ siteId: Uuid }),
        body: NewGateway,
        response: { 201: EnrolmentCode },
      },
    },
    async ({ viewer, params: { siteId }, body }, reply) => {
      const { tenantId } = viewer
      await findSite(deps, viewer, siteId)
      const now = clock.now()
      const added = await records.write(async (trx) => {
        const id = await addGateway(trx, { tenantId, siteId, name: body.name }, now)
        return { id, ...(await issueCode(trx, id, now)) }
      })
      return reply.code(201).send(shown(deps, added))
    },
  )

  app.post(
    '/api/v1/gateways/:id/enrolment-code',
    {
      config: { may: siteSetup },
      schema: {
        summary: 'Make a new enrolment code',
        description: 'Good once and for 24 h; any older code of the gateway is void.',
        tags,
        params: IdParams,
        response: { 201: EnrolmentCode },
      },
    },
    async ({ viewer, params: { id } }, reply) => {
      await findGateway(deps, viewer, id)
      const issued = await records.write((trx) => issueCode(trx, id, clock.now()))
      return reply.code(201).send(shown(deps, { id, ...issued }))
    },
  )
}

function changingRoutes(app: App, deps: GatewayDeps): void {
  const { records, clock, fleet } = deps

  app.patch(
    '/api/v1/gateways/:id',
    {
      config: { may: siteSetup, answers: ['conflict'] },
      schema: {
        summary: 'Rename a gateway, or let a fenced one go on',
        tags,
        params: IdParams,
        body: GatewayPatch,
        response: { 200: Gateway },
      },
    },
    async ({ viewer, params: { id }, body }) => {
      await findGateway(deps, viewer, id)
      await records.write(
        (trx) => changeGateway(trx, id, body, clock.now()),
        () => fleet.gatewayChanged(id),
      )
      return findGateway(deps, viewer, id)
    },
  )

  app.delete(
    '/api/v1/gateways/:id',
    {
      config: { may: siteSetup, answers: ['conflict'] },
      schema: {
        summary: 'Remove a gateway without devices',
        tags,
        params: IdParams,
        response: { 204: Type.Null() },
      },
    },
    async ({ viewer, params: { id } }, reply) => {
      await findGateway(deps, viewer, id)
      await records.write(
        (trx) => removeGateway(trx, id),
        () => fleet.gatewayChanged(id),
      )
      return reply.code(204).send(null)
    },
  )
}

function readingRoutes(app: App, deps: GatewayDeps): void {
  app.get(
    '/api/v1/gateways',
    {
      config: { may: 'signed_in' },
      schema: {
        summary: 'Gateways',
        tags,
        querystring: Type.Object({ site: Type.Optional(Uuid) }, { additionalProperties: false }),
        response: { 200: GatewayPage },
      },
    },
    async ({ viewer, query: { site } }) => {
      const items = await readGateways(
        reading(deps),
        inScope(viewer, 'gateway'),
        site === undefined ? {} : { siteId: site },
      )
      return { items, total: items.length }
    },
  )

  app.get(
    '/api/v1/gateways/:id',
    {
      config: { may: 'signed_in' },
      schema: { summary: 'One gateway', tags, params: IdParams, response: { 200: Gateway } },
    },
    ({ viewer, params }) => findGateway(deps, viewer, params.id),
  )
}

const reading = ({ records, health, clock }: GatewayDeps) => ({
  db: records.read,
  live: (id: string) => health.gateway(id),
  now: clock.now(),
})

async function findGateway(deps: GatewayDeps, viewer: Viewer, id: string): Promise<Gateway> {
  const [gateway] = await readGateways(reading(deps), inScope(viewer, 'gateway'), { ids: [id] })
  if (!gateway) throw new StillwatchError('not_found')
  return gateway
}

async function findSite({ records }: GatewayDeps, viewer: Viewer, id: string): Promise<void> {
  const site = await records.read
    .selectFrom('site')
    .select('id')
    .where('id', '=', id)
    .where(inScope(viewer, 'site'))
    .executeTakeFirst()
  if (!site) throw new StillwatchError('not_found')
}

const shown = (
  { tlsFingerprint }: GatewayDeps,
  issued: { id: string; code: string; expiresAt: number },
): EnrolmentCode => ({
  id: issued.id,
  enrolmentCode: tlsFingerprint === null ? issued.code : `${issued.code}.${tlsFingerprint}`,
  expiresAt: new Date(issued.expiresAt).toISOString(),
})
