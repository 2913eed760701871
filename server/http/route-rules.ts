import { ErrorBody } from '@stillwatch/contract/api/common.ts'
import { type ErrorCode, errorTable } from '@stillwatch/contract/errors.ts'
import type { Role } from '@stillwatch/contract/roles.ts'
import type { RouteOptions } from 'fastify'
import Type, { type TSchema } from 'typebox'

/** Who may call a route. What of it they see is the scope's business. */
export type May = 'anyone' | 'signed_in' | readonly Role[]

declare module 'fastify' {
  interface FastifyContextConfig {
    may: May
    /** Programs on this machine that have no account, such as Prometheus, may call it too. */
    local?: boolean
    /** Error codes of this route's own; those every route can answer are added by themselves. */
    answers?: readonly ErrorCode[]
  }
  interface FastifySchema {
    summary?: string
    description?: string
    tags?: readonly string[]
    hide?: boolean
    produces?: readonly string[]
    security?: readonly Record<string, readonly string[]>[]
  }
}

/**
 * Looks at each route as it is added. One that does not say who may call it, or what it is for, stops the server from starting: a
 * forgotten line must never be an open door.
 */
export function checkRoute(route: RouteOptions): void {
  const name = `${String(route.method)} ${route.url}`
  const may: May | undefined = route.config?.may
  if (may === undefined) throw new Error(`${name} does not say who may call it (config.may).`)
  const { schema } = route
  if (schema?.hide) return
  if (!schema?.summary || !schema.tags?.length) throw new Error(`${name} has no summary or no tags.`)
  if (!schema.response) throw new Error(`${name} does not say what it answers (schema.response).`)
  schema.description = [schema.description, `For ${people(may)}.`].filter(Boolean).join(' ')
  if (may !== 'anyone') schema.security = [{ token: [] }]
  schema.response = { ...(schema.response as Record<number, TSchema>), ...errorAnswers(codesOf(route, may)) }
}

function people(may: May): string {
  if (may === 'anyone') return 'anyone'
  if (may === 'signed_in') return 'everybody who is signed in'
  return may.join(', ')
}

function codesOf(route: RouteOptions, may: May): Set<ErrorCode> {
  const { schema, url } = route
  const codes = new Set<ErrorCode>(['too_many_requests', 'internal', ...(route.config?.answers ?? [])])
  if (schema?.body || schema?.querystring) codes.add('bad_request')
  if (schema?.body) codes.add('payload_too_large')
  if (may !== 'anyone') codes.add('unauthenticated').add('forbidden')
  if (url.includes(':')) codes.add('not_found')
  return codes
}

/** One answer per status; its description names every code that comes with it. */
function errorAnswers(codes: Set<ErrorCode>): Record<number, TSchema> {
  const answers: Record<number, TSchema> = {}
  for (const status of new Set([...codes].map((code) => errorTable[code].status))) {
    const sentences = [...codes]
      .filter((code) => errorTable[code].status === status)
      .map((code) => `\`${code}\`: ${errorTable[code].means}`)
    answers[status] = Type.Object(ErrorBody.properties, { description: sentences.join(' ') })
  }
  return answers
}
