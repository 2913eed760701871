import { describe, expect, test } from 'vitest'
import { apiUnderTest } from '../api-under-test.ts'

describe('health', () => {
  test.each([
    ['ok', 200],
    ['starting', 503],
    ['stopping', 503],
  ] as const)('%s is answered with %i', async (status, code) => {
    const { call, clock } = await apiUnderTest({ status: () => status })
    const answer = await call('GET', '/api/v1/health')
    expect(answer.status).toBe(code)
    const startedAt = new Date(clock.now()).toISOString()
    expect(answer.body).toEqual({ status, version: '0.0.0', startedAt })
  })
})

describe('the figures for Prometheus', () => {
  test.each(['127.0.0.1', '127.8.8.8', '::1', '::ffff:127.0.0.1'])(
    'are open to this machine, %s',
    async (from) => {
      const { status, headers } = await (await apiUnderTest()).call('GET', '/metrics', { from })
      expect(status).toBe(200)
      expect(headers['content-type']).toContain('text/plain; version=0.0.4')
    },
  )

  test.each(['192.0.2.1', '::ffff:192.0.2.1', '2001:db8::1', '1.127.0.0', '::127.0.0.1'])(
    'need a token from elsewhere, %s',
    async (from) => {
      const { call, signedInAs } = await apiUnderTest()
      expect((await call('GET', '/metrics', { from })).status).toBe(401)
      expect((await call('GET', '/metrics', { from, token: await signedInAs('auditor') })).status).toBe(200)
      expect((await call('GET', '/metrics', { from, token: await signedInAs('owner') })).status).toBe(403)
    },
  )

  test('are not open to whom a proxy on this machine asks for', async () => {
    const { call } = await apiUnderTest()
    const headers = { 'x-forwarded-for': '192.0.2.1' }
    expect((await call('GET', '/metrics', { from: '127.0.0.1', headers })).status).toBe(401)
  })
})
