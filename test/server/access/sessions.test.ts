import { DAY_MS, HOUR_MS, MINUTE_MS } from '@stillwatch/contract/time.ts'
import { describe, expect, test } from 'vitest'
import { ADMIN_PASSWORD, type ApiUnderTest, apiUnderTest, publicOrigin } from '../api-under-test.ts'

const url = '/api/v1/session'
const signIn = (api: ApiUnderTest, password = ADMIN_PASSWORD, username = 'admin', from = '192.0.2.1') =>
  api.call('POST', url, { body: { username, password }, from })

async function signedIn() {
  const api = await apiUnderTest()
  const { body, headers } = await signIn(api)
  const cookie = String(headers['set-cookie']).split(';')[0] ?? ''
  return { ...api, token: String(body.token), cookie, setCookie: String(headers['set-cookie']) }
}

describe('signing in', () => {
  test('answers a token and the user, and sets a cookie no script can read', async () => {
    const { call, token, setCookie } = await signedIn()
    expect(setCookie).toMatch(/^stillwatch_session=.*HttpOnly.*Secure.*SameSite=Strict/)
    const { body } = await call('GET', url, { token })
    expect(body.user).toMatchObject({ username: 'admin', role: 'admin', disabled: false })
    expect(JSON.stringify(body)).not.toContain('argon2')
  })

  test('takes the user name in any case', async () => {
    expect((await signIn(await apiUnderTest(), ADMIN_PASSWORD, 'Admin')).status).toBe(200)
  })

  test('says the same for a wrong password, an unknown user and a disabled one', async () => {
    const api = await apiUnderTest()
    await api.records.write((trx) =>
      trx.updateTable('account').set({ disabled: 1 }).where('username', '!=', 'admin').execute(),
    )
    const body = { username: 'off', password: 'right password', role: 'owner' }
    await api.call('POST', '/api/v1/users', { token: String((await signIn(api)).body.token), body })
    await api.records.write((trx) =>
      trx.updateTable('account').set({ disabled: 1 }).where('username', '=', 'off').execute(),
    )
    const wrong = await signIn(api, 'not the password')
    expect(wrong).toMatchObject({ status: 401, body: { code: 'wrong_credentials' } })
    expect((await signIn(api, 'not the password', 'nobody')).body).toEqual(wrong.body)
    expect((await signIn(api, 'right password', 'off')).body).toEqual(wrong.body)
  })

  test('stores only the hash of the token', async () => {
    const { records, token } = await signedIn()
    const rows = await records.read.selectFrom('session').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(token)
    expect(Buffer.from(token, 'base64url')).toHaveLength(32)
  })

  test('never writes a password or a token into the log', async () => {
    const { log, token } = await signedIn()
    expect(log.join()).toContain('Request answered.')
    expect(log.join()).not.toContain(ADMIN_PASSWORD)
    expect(log.join()).not.toContain(token)
  })

  test('is slowed down after five wrong passwords, with the time to wait, and goes on after it', async () => {
    const api = await apiUnderTest()
    for (let i = 0; i < 5; i += 1) expect((await signIn(api, 'wrong')).status).toBe(401)
    const refused = await signIn(api)
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_requests' } })
    expect(refused.headers['retry-after']).toBe('1')
    await api.clock.advance(1_000)
    expect((await signIn(api)).status).toBe(200)
  })

  test('is limited per address, whatever the user names', async () => {
    const api = await apiUnderTest()
    for (let i = 0; i < 30; i += 1) expect((await signIn(api, 'wrong', `user${i}`)).status).toBe(401)
    expect(await signIn(api, 'wrong', 'user30')).toMatchObject({
      status: 429,
      body: { code: 'too_many_requests' },
    })
    expect((await signIn(api, ADMIN_PASSWORD, 'admin', '192.0.2.2')).status).toBe(200)
  })
})

describe('a session', () => {
  const status = async ({ call }: Pick<ApiUnderTest, 'call'>, token: string) =>
    (await call('GET', url, { token })).status

  test('ends 12 h after its last use', async () => {
    const api = await signedIn()
    for (let i = 0; i < 4; i += 1) {
      await api.clock.advance(11 * HOUR_MS)
      expect(await status(api, api.token)).toBe(200)
    }
    await api.clock.advance(12 * HOUR_MS)
    expect(await status(api, api.token)).toBe(401)
  })

  test('ends 30 days after it began, however much it is used', async () => {
    const api = await signedIn()
    let lived = 0
    while (lived < 40 * DAY_MS && (await status(api, api.token)) === 200) {
      await api.clock.advance(HOUR_MS * 6)
      lived += HOUR_MS * 6
    }
    expect(lived).toBe(30 * DAY_MS)
  })

  test('is written to again at most every 10 minutes', async () => {
    const api = await signedIn()
    const end = async () =>
      (
        await api.records.read
          .selectFrom('session')
          .select('expires_at')
          .where('expires_at', '>', api.clock.now())
          .orderBy('created_at', 'desc')
          .execute()
      )
        .map((row) => row.expires_at)
        .toSorted()
        .at(-1)
    const before = await end()
    await api.clock.advance(9 * MINUTE_MS)
    await status(api, api.token)
    expect(await end()).toBe(before)
    await api.clock.advance(MINUTE_MS)
    await status(api, api.token)
    expect(await end()).toBe(Number(before) + 10 * MINUTE_MS)
  })

  test('ends with signing out, for the cookie too', async () => {
    const api = await signedIn()
    const out = await api.call('DELETE', url, { token: api.token })
    expect(out.status).toBe(204)
    expect(out.headers['set-cookie']).toContain('Expires=Thu, 01 Jan 1970')
    expect(await status(api, api.token)).toBe(401)
    expect((await api.call('GET', url, { headers: { cookie: api.cookie } })).status).toBe(401)
  })

  test('that nobody opened is not taken', async () => {
    const api = await apiUnderTest()
    for (const token of ['', 'x', 'A'.repeat(43), '../../etc']) expect(await status(api, token)).toBe(401)
  })
})

describe('a change by cookie', () => {
  const change = async (headers: Record<string, string>) => {
    const { call, cookie } = await signedIn()
    const answer = await call('POST', '/api/v1/sites', {
      headers: { cookie, ...headers },
      body: { name: 'Depot', timeZone: 'UTC' },
    })
    return answer.status
  }

  test.each([
    ['the browser says that the page is ours', { 'sec-fetch-site': 'same-origin' }],
    ['the page has our public address', { origin: publicOrigin }],
    ['the page has the address we are asked at', { origin: 'http://10.0.0.5:8080', host: '10.0.0.5:8080' }],
  ])('is taken when %s', async (_when, headers) => {
    expect(await change(headers)).toBe(201)
  })

  test.each([
    ['nothing says where the page is from', {}],
    ['the page is of another site', { 'sec-fetch-site': 'cross-site' }],
    [
      'the page is of a neighbour under the same domain',
      { 'sec-fetch-site': 'same-site', origin: publicOrigin },
    ],
    ['its origin is another', { origin: 'https://evil.example' }],
    ['its origin is hidden', { origin: 'null' }],
    ['its origin only begins like ours', { origin: `${publicOrigin}.evil.example` }],
  ])('is refused when %s', async (_when, headers: Record<string, string>) => {
    expect(await change(headers)).toBe(403)
  })

  test('needs no such proof for reading, nor with a token in a header', async () => {
    const { call, cookie, token } = await signedIn()
    expect((await call('GET', url, { headers: { cookie } })).status).toBe(200)
    const body = { name: 'Depot', timeZone: 'UTC' }
    expect((await call('POST', '/api/v1/sites', { token, body })).status).toBe(201)
  })
})
