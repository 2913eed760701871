import type { ErrorBody } from '@stillwatch/contract/api/common.ts'
import { type ErrorCode, errorTable } from '@stillwatch/contract/errors.ts'

/** A call that failed: the server's code, or `no_connection` when no answer came at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly code: ErrorCode | 'no_connection'
  readonly status: number
  readonly details: Record<string, unknown>

  constructor(code: ErrorCode | 'no_connection', status: number, details: Record<string, unknown> = {}) {
    super(code)
    this.code = code
    this.status = status
    this.details = details
  }

  /** Whether the same call can succeed later without anybody changing anything. */
  get retriable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

export type QueryValue = string | number | undefined

/** `?a=1&b=2` of what is set; empty when nothing is. */
export function queryString(query: Record<string, QueryValue>): string {
  const set = Object.entries(query).filter(([, value]) => value !== undefined && value !== '')
  if (set.length === 0) return ''
  return `?${new URLSearchParams(set.map(([key, value]) => [key, String(value)]))}`
}

/** Calls the API and gives its JSON answer; every failure is an ApiError. */
export async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  const response = await send(method, path, body)
  const text = await response.text()
  const answer = parse(text)
  if (!response.ok) throw errorOf(response.status, answer)
  return answer as T
}

async function send(method: string, path: string, body: unknown): Promise<Response> {
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const content = body === undefined ? {} : { body: JSON.stringify(body) }
  try {
    return await fetch(`/api/v1${path}`, { method, headers, credentials: 'same-origin', ...content })
  } catch {
    throw new ApiError('no_connection', 0)
  }
}

function parse(text: string): unknown {
  try {
    return text === '' ? undefined : JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A proxy between us and the server may answer without our error body: then the status has to do. */
function errorOf(status: number, answer: unknown): ApiError {
  const body = answer as Partial<ErrorBody> | undefined
  const known = body?.code !== undefined && body.code in errorTable
  if (known) return new ApiError(body.code as ErrorCode, status, body.details)
  if (status === 502 || status === 503 || status === 504) return new ApiError('unavailable', status)
  return new ApiError(status === 401 ? 'unauthenticated' : 'internal', status)
}
