import { IdParams } from '@stillwatch/contract/api/common.ts'
import { NewSite, Site, SitePage, SitePatch } from '@stillwatch/contract/api/sites.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import Type from 'typebox'
import { inScope } from '../access/scope.ts'
import { officeSetup, type Viewer } from '../access/viewer.ts'
import type { App } from '../http/app-type.ts'
import type { Records } from '../store/records/records.ts'
import { addSite, changeSite, readSites, removeSite } from './sites.ts'

const tags = ['sites']

export function siteRoutes(app: App, { records, clock }: { records: Records; clock: Clock }): void {
  const read = async (viewer: Viewer, id: string): Promise<Site> => {
    const [site] = await readSites(records.read, inScope(viewer, 'site'), id)
    if (!site) throw new StillwatchError('not_found')
    return site
  }

  app.get(
    '/api/v1/sites',
    {
      config: { may: 'signed_in' },
      schema: { summary: 'Sites, with counts of their devices by state', tags, response: { 200: SitePage } },
    },
    async ({ viewer }) => {
      const items = await readSites(records.read, inScope(viewer, 'site'))
      return { items, total: items.length }
    },
  )

  app.post(
    '/api/v1/sites',
    {
      config: { may: officeSetup },
      schema: { summary: 'Add a site', tags, body: NewSite, response: { 201: Site } },
    },
    async ({ viewer, body }, reply) => {
      const id = await records.write((trx) => addSite(trx, viewer.tenantId, body, clock.now()))
      return reply.code(201).send(await read(viewer, id))
    },
  )

  app.get(
    '/api/v1/sites/:id',
    {
      config: { may: 'signed_in' },
      schema: { summary: 'One site', tags, params: IdParams, response: { 200: Site } },
    },
    ({ viewer, params }) => read(viewer, params.id),
  )

  app.patch(
    '/api/v1/sites/:id',
    {
      config: { may: officeSetup },
      schema: { summary: 'Change a site', tags, params: IdParams, body: SitePatch, response: { 200: Site } },
    },
    async ({ viewer, params: { id }, body }) => {
      await read(viewer, id)
      await records.write((trx) => changeSite(trx, id, body))
      return read(viewer, id)
    },
  )

  app.delete(
    '/api/v1/sites/:id',
    {
      config: { may: officeSetup, answers: ['conflict'] },
      schema: { summary: 'Remove an empty site', tags, params: IdParams, response: { 204: Type.Null() } },
    },
    async ({ viewer, params: { id } }, reply) => {
      await read(viewer, id)
      await records.write((trx) => removeSite(trx, id))
      return reply.code(204).send(null)
    },
  )
}
