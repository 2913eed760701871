import { IdParams } from '@stillwatch/contract/api/common.ts'
import { type ErrorCode, errorTable, StillwatchError } from '@stillwatch/contract/errors.ts'
import Type from 'typebox'
import { describe, expect, test } from 'vitest'
import type { App } from '../../../server/http/app-type.ts'
import { apiUnderTest, type Call } from '../api-under-test.ts'

const tags = ['test']
const answer = { 200: Type.Object({ ok: Type.Boolean() }) }
const open = { may: 'anyone' } as const

function echoRoute(app: App): void {
  const Body = Type.Object(
    {
      count: Type.Integer({ maximum: 9 }),
      kind: Type.Enum(['a', 'b']),
      inner: Type.Optional(Type.Object({ at: Type.String({ format: 'date-time' }) })),
    },
    { additionalProperties: false },
  )
  const querystring = Type.Object({ limit: Type.Integer({ minimum: 1, default: 100 }) })
  const response = { 200: Type.Object({ limit: Type.Integer() }) }
  app.post(
    '/api/v1/echo/:id',
    {
      config: open,
      schema: { summary: 'Echo', tags, params: IdParams, body: Body, querystring, response },
    },
    async ({ query }) => ({ limit: query.limit, secret: 'not in the schema' }),
  )
}

const echo = async (body: unknown, query = '') => {
  const { call } = await apiUnderTest({ extraRoutes: echoRoute })
  return call('POST', `/api/v1/echo/1${query}`, { body })
}
const right = { count: 1, kind: 'a' }

describe('a request', () => {
  test.each<[string, unknown, Record<string, string>]>([
    ['a missing field', { kind: 'a' }, { count: 'is missing' }],
    ['an unknown field', { ...right, extra: 1 }, { extra: 'is not known here' }],
    ['a number in quotes', { ...right, count: '1' }, { count: 'must be integer' }],
    ['a value outside the list', { ...right, kind: 'c' }, { kind: 'must be one of "a", "b"' }],
    ['a time in words', { ...right, inner: { at: 'noon' } }, { 'inner.at': 'must match format "date-time"' }],
    ['no body at all', null, { body: 'must be object' }],
  ])('with %s is told which field and what about it', async (_what, body, details) => {
    const { status, body: said } = await echo(body)
    expect([status, said.code]).toEqual([400, 'bad_request'])
    expect(said.details).toEqual(details)
  })

  test('is told about all its fields at once', async () => {
    const { body } = await echo({ count: 10, kind: 'c', extra: 1 })
    expect(Object.keys(body.details).toSorted()).toEqual(['count', 'extra', 'kind'])
  })

  test('has its query converted, checked and filled in', async () => {
    expect((await echo(right, '?limit=5')).body.limit).toBe(5)
    expect((await echo(right)).body.limit).toBe(100)
    expect((await echo(right, '?limit=many')).status).toBe(400)
    expect((await echo(right, '?limit=0')).status).toBe(400)
  })

  test('is answered what the schema says and nothing else', async () => {
    expect((await echo(right)).body).toEqual({ limit: 100 })
  })

  test('that is not JSON, or JSON meant to poison, is a bad request', async () => {
    const { app } = await apiUnderTest({ extraRoutes: echoRoute })
    for (const payload of ['{"count"', '{"__proto__":{"x":1}}', '']) {
      const headers = { 'content-type': 'application/json' }
      const refused = await app.inject({ method: 'POST', url: '/api/v1/echo/1', headers, payload })
      expect([refused.statusCode, refused.json().code]).toEqual([400, 'bad_request'])
    }
  })

  test('of more than 1 MB is too large', async () => {
    const { status, body } = await echo({ ...right, kind: 'x'.repeat(1024 * 1024) })
    expect([status, body.code]).toEqual([413, 'payload_too_large'])
  })

  test('beyond the limit of its address waits as long as it is told', async () => {
    const { call } = await apiUnderTest({ requestsPerMinute: 5 })
    const ask = (from: string) => call('GET', '/api/v1/health', { from })
    for (let i = 0; i < 5; i += 1) expect((await ask('192.0.2.1')).status).toBe(200)
    const refused = await ask('192.0.2.1')
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests'])
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect((await ask('192.0.2.2')).status).toBe(200)
  })

  test('for unknown paths is limited too, and a proxy elsewhere cannot invent addresses', async () => {
    const { call } = await apiUnderTest({ requestsPerMinute: 5 })
    const ask = (i: number) =>
      call('GET', `/api/v1/guess${i}`, { from: '192.0.2.1', headers: { 'x-forwarded-for': `10.0.0.${i}` } })
    for (let i = 0; i < 5; i += 1) expect((await ask(i)).status).toBe(404)
    expect((await ask(6)).status).toBe(429)
  })
})

describe('an error', () => {
  test.each(Object.keys(errorTable) as ErrorCode[])('%s has the status of its row', async (code) => {
    const { call } = await apiUnderTest({
      extraRoutes: (app) =>
        app.get(
          '/api/v1/fails',
          { config: open, schema: { summary: 'Fails', tags, response: answer } },
          () => {
            throw new StillwatchError(code, undefined, { why: 'test' })
          },
        ),
    })
    const { status, body } = await call('GET', '/api/v1/fails')
    expect(status).toBe(errorTable[code].status)
    expect(body).toEqual({ code, message: errorTable[code].means, details: { why: 'test' } })
  })

  test('we did not foresee says nothing but its request id, under which the log has it once', async () => {
    const { call, log } = await apiUnderTest({
      extraRoutes: (app) =>
        app.get(
          '/api/v1/fails',
          { config: open, schema: { summary: 'Fails', tags, response: answer } },
          () => {
            throw new Error('password of the database is 1234')
          },
        ),
    })
    const { status, body, headers } = await call('GET', '/api/v1/fails')
    expect([status, body.code]).toEqual([500, 'internal'])
    expect(JSON.stringify(body)).not.toMatch(/1234|stack|node_modules/)
    expect(body.details).toEqual({ requestId: headers['x-request-id'] })
    const logged = log.filter((line) => line.includes('"level":50'))
    expect(logged).toHaveLength(1)
    expect(logged[0]).toContain(String(headers['x-request-id']))
  })

  test.each<[string, string, Call]>([
    ['GET', '/api/v1/nothing', {}],
    ['GET', '/api/v1/nothing', { headers: { accept: 'text/html' } }],
    ['POST', '/nothing', {}],
    ['PUT', '/api/v1/health', {}],
    ['GET', '/nothing.js', {}],
  ])('for %s %s, where there is nothing, has the same shape', async (method, url, call) => {
    const { status, body } = await (await apiUnderTest()).call(method, url, call)
    expect([status, body.code]).toEqual([404, 'not_found'])
    expect(body.message).toBe(`There is nothing at ${method} ${url}.`)
  })

  test('for a path with too many signs does not repeat its query', async () => {
    const { body } = await (await apiUnderTest()).call('GET', '/api/v1/nothing?token=secret')
    expect(body.message).not.toContain('secret')
  })
})

describe('a route that', () => {
  const add = (options: object) =>
    apiUnderTest({ extraRoutes: (app) => app.get('/api/v1/new', options, () => ({ ok: true })) })

  test.each([
    [
      'does not say who may call it',
      { schema: { summary: 'New', tags, response: answer } },
      'who may call it',
    ],
    ['has no summary', { config: open, schema: { tags, response: answer } }, 'no summary'],
    ['has no tags', { config: open, schema: { summary: 'New', response: answer } }, 'no tags'],
    ['does not say what it answers', { config: open, schema: { summary: 'New', tags } }, 'what it answers'],
  ])('%s keeps the server from starting', async (_what, options, sentence) => {
    await expect(add(options)).rejects.toThrow(sentence)
  })
})

describe('every answer', () => {
  test('lets a browser load nothing from elsewhere and be framed nowhere', async () => {
    const { headers } = await (await apiUnderTest()).call('GET', '/api/v1/health')
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/https?:/)
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' })
    expect(headers['strict-transport-security']).toBeDefined()
  })
})

test('the description of the API names, for every route, who it is for and every error it can answer', async () => {
  const { body } = await (await apiUnderTest()).call('GET', '/api/v1/openapi.json')
  expect(body.openapi).toBe('3.1.0')
  type Operation = {
    summary: string
    tags: string[]
    description: string
    responses: Record<string, unknown>
  }
  const paths = body.paths as Record<string, Record<string, Operation>>
  const remove = paths['/api/v1/sites/{id}']?.delete
  expect(remove?.description).toBe('For admin, noc, manager.')
  expect(Object.keys(remove?.responses ?? {})).toEqual(['204', '401', '403', '404', '409', '429', '500'])
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path))) {
    expect(operation.summary).toBeTruthy()
    expect(operation.tags.length).toBeGreaterThan(0)
    expect(operation.description).toMatch(/For .+\.$/)
    expect(operation.responses['500']).toBeDefined()
  }
})
