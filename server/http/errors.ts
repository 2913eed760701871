import { randomUUID } from 'node:crypto'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { problemsByField } from './validation.ts'

/** Every failure leaves as `{code, message, details}`. What we did not foresee is logged once, and the caller gets its request id. */
export function answerError(
  error: FastifyError | StillwatchError,
  request: FastifyRequest,
  reply: FastifyReply,
) {
  const known = toKnown(error) ?? unforeseen(error, request)
  const { retryAfterS } = known.details
  if (typeof retryAfterS === 'number') reply.header('retry-after', retryAfterS)
  return reply.code(known.status).send({ code: known.code, message: known.message, details: known.details })
}

export function answerNotFound(request: FastifyRequest): never {
  const path = request.url.split('?')[0]
  throw new StillwatchError('not_found', `There is nothing at ${request.method} ${path}.`)
}

/** Ids are ours: one from outside could forge lines of the log. */
export const newRequestId = (): string => randomUUID()

function toKnown(error: FastifyError | StillwatchError): StillwatchError | null {
  if (error instanceof StillwatchError) return error
  if (error.validation) {
    const part = error.validationContext ?? 'body'
    const fields = problemsByField(error.validation as Parameters<typeof problemsByField>[0], part)
    return new StillwatchError('bad_request', undefined, fields)
  }
  const status = error.statusCode ?? 500
  if (status === 413) return new StillwatchError('payload_too_large')
  if (status >= 400 && status < 500) return new StillwatchError('bad_request', error.message)
  return null
}

function unforeseen(error: Error, request: FastifyRequest): StillwatchError {
  request.log.error(
    { err: error, method: request.method, route: request.routeOptions.url },
    'A request failed.',
  )
  return new StillwatchError('internal', undefined, { requestId: request.id })
}
