import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { fromOurPage, heldToken } from './held-token.ts'
import type { SignedIn, Viewer } from './viewer.ts'

const safeMethods = ['GET', 'HEAD', 'OPTIONS']

export interface GuardDeps {
  findSession(token: string): Promise<SignedIn | null>
  /** The origin browsers use, such as https://stillwatch.example. */
  publicOrigin: string
}

/** Stands in front of every route: finds out who asks and whether `config.may` lets them, before a body is read. */
export function guard(app: FastifyInstance, deps: GuardDeps): void {
  app.decorateRequest('session', null)
  app.decorateRequest('viewer', {
    getter(this: FastifyRequest): Viewer {
      if (!this.session) throw new StillwatchError('unauthenticated')
      return this.session.viewer
    },
  })
  app.addHook('preParsing', async (request) => {
    const { may, local } = request.routeOptions.config
    // A path without a route asks for nothing; it is answered as not found.
    if (may === undefined || may === 'anyone') return
    if (local && isLoopback(request.ip)) return
    const session = await sessionOf(request, deps)
    if (typeof may !== 'string' && !may.includes(session.viewer.role)) throw new StillwatchError('forbidden')
    request.session = session
  })
}

async function sessionOf(request: FastifyRequest, deps: GuardDeps): Promise<SignedIn> {
  const { headers, host, method } = request
  const held = heldToken(headers)
  const session = held && (await deps.findSession(held.token))
  if (!session) throw new StillwatchError('unauthenticated')
  const changes = !safeMethods.includes(method)
  if (held.byCookie && changes && !fromOurPage(headers, host, deps.publicOrigin)) {
    throw new StillwatchError('forbidden', 'This request came from a page of another site.')
  }
  return session
}

/** `::ffff:` is how a socket that takes both kinds of address writes an IPv4 one. */
const isLoopback = (ip: string): boolean => /^(::ffff:)?127\.|^::1$/.test(ip)
