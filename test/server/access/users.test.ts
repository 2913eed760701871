import { describe, expect, test } from 'vitest'
import { ADMIN_PASSWORD, type ApiUnderTest, apiUnderTest } from '../api-under-test.ts'

const password = 'a long enough one'

async function withAdmin() {
  const api = await apiUnderTest()
  const { body } = await signIn(api, 'admin', ADMIN_PASSWORD)
  return { ...api, token: String(body.token), adminId: String((body.user as { id: string }).id) }
}

const signIn = (api: Pick<ApiUnderTest, 'call'>, username: string, secret: string) =>
  api.call('POST', '/api/v1/session', { body: { username, password: secret } })

async function withUser(role = 'noc') {
  const api = await withAdmin()
  const { body } = await api.call('POST', '/api/v1/users', {
    token: api.token,
    body: { username: 'lin', password, role },
  })
  const session = await signIn(api, 'lin', password)
  return { ...api, id: String(body.id), theirs: String(session.body.token) }
}

const signedIn = async ({ call }: Pick<ApiUnderTest, 'call'>, token: string) =>
  (await call('GET', '/api/v1/session', { token })).status === 200

describe('an admin', () => {
  test('adds, reads, lists, changes and removes users', async () => {
    const { call, token, id, addSite } = await withUser('owner')
    const site = await addSite()
    const url = `/api/v1/users/${id}`
    const patched = await call('PATCH', url, {
      token,
      body: { name: 'Lin', siteIds: [site], language: 'zh-CN' },
    })
    expect(patched.body).toMatchObject({ username: 'lin', name: 'Lin', siteIds: [site], language: 'zh-CN' })
    expect((await call('GET', url, { token })).body).toEqual(patched.body)
    const { items } = (await call('GET', '/api/v1/users', { token })).body
    expect(items.map(({ username }) => username)).toContain('lin')
    expect((await call('DELETE', url, { token })).status).toBe(204)
    expect((await call('GET', url, { token })).status).toBe(404)
  })

  test.each([
    [{ username: 'Lin' }, 409, 'username'],
    [{ username: 'no spaces' }, 400, 'username'],
    [{ username: 'wei', password: 'short' }, 400, 'password'],
    [{ username: 'wei', role: 'root' }, 400, 'role'],
    [{ username: 'wei', siteIds: ['nowhere'] }, 400, 'siteIds'],
    [{ username: 'wei', admin: true }, 400, 'admin'],
  ])('is told what is wrong with %j', async (fields, status, field) => {
    const { call, token } = await withUser()
    const body = { password, role: 'noc', ...fields }
    const answer = await call('POST', '/api/v1/users', { token, body })
    expect(answer.status).toBe(status)
    expect(Object.keys(answer.body.details)).toEqual([field])
  })

  test.each([{ role: 'dispatcher' }, { password: 'another long one' }, { disabled: true }])(
    'ends the sessions of a user with %j, and has open connections checked',
    async (body) => {
      const api = await withUser()
      await api.call('PATCH', `/api/v1/users/${api.id}`, { token: api.token, body })
      expect(await signedIn(api, api.theirs)).toBe(false)
      expect(api.told.people).toContain(api.id)
      expect(await signedIn(api, api.token)).toBe(true)
    },
  )

  test.each([{ name: 'Lin' }, { role: 'noc' }, { siteIds: [] }])(
    'leaves the sessions of a user alone with %j',
    async (body) => {
      const api = await withUser()
      await api.call('PATCH', `/api/v1/users/${api.id}`, { token: api.token, body })
      expect(await signedIn(api, api.theirs)).toBe(true)
    },
  )

  test('who is the last active one can be neither removed, disabled nor made something else', async () => {
    const api = await withAdmin()
    await api.records.write((trx) =>
      trx.deleteFrom('account').where('role', '=', 'admin').where('username', '!=', 'admin').execute(),
    )
    const { call, token, adminId } = api
    const url = `/api/v1/users/${adminId}`
    const attempts = [
      await call('DELETE', url, { token }),
      await call('PATCH', url, { token, body: { disabled: true } }),
      await call('PATCH', url, { token, body: { role: 'noc' } }),
    ]
    for (const { status, body } of attempts) expect([status, body.code]).toEqual([409, 'conflict'])
    expect(await signedIn(api, token)).toBe(true)
    const second = { username: 'second', password, role: 'admin' }
    await call('POST', '/api/v1/users', { token, body: second })
    expect((await call('DELETE', url, { token })).status).toBe(204)
  })
})

describe('everybody', () => {
  test('reads and changes their own name and language', async () => {
    const { call, theirs: token } = await withUser('owner')
    const body = { name: 'Lin Wei', language: 'zh-CN' }
    expect((await call('PATCH', '/api/v1/users/me', { token, body })).body).toMatchObject(body)
    expect((await call('GET', '/api/v1/users/me', { token })).body).toMatchObject(body)
  })

  test('cannot give themselves a role', async () => {
    const { call, theirs: token } = await withUser('owner')
    expect((await call('PATCH', '/api/v1/users/me', { token, body: { role: 'admin' } })).status).toBe(400)
  })

  test('sets a new password with the old one, which ends their other sessions', async () => {
    const api = await withUser()
    const { call, theirs: token } = api
    const other = String((await signIn(api, 'lin', password)).body.token)
    const change = (oldPassword?: string) =>
      call('PATCH', '/api/v1/users/me', { token, body: { oldPassword, newPassword: 'brand new password' } })
    expect((await change('wrong')).body.code).toBe('wrong_credentials')
    expect((await change()).body.code).toBe('wrong_credentials')
    expect((await change(password)).status).toBe(200)
    expect(await signedIn(api, token)).toBe(true)
    expect(await signedIn(api, other)).toBe(false)
    expect((await signIn(api, 'lin', password)).status).toBe(401)
    expect((await signIn(api, 'lin', 'brand new password')).status).toBe(200)
  })

  test('who guesses the old password of a session left open is slowed down', async () => {
    const { call, theirs: token } = await withUser()
    const body = { oldPassword: 'guess', newPassword: 'brand new password' }
    for (let i = 0; i < 5; i += 1) await call('PATCH', '/api/v1/users/me', { token, body })
    expect((await call('PATCH', '/api/v1/users/me', { token, body })).status).toBe(429)
  })
})
