import { createHash, generateKeyPairSync } from 'node:crypto'
import { DAY_MS, MINUTE_MS } from '@stillwatch/contract/time.ts'
import { describe, expect, test } from 'vitest'
import { apiUnderTest, type Options } from '../api-under-test.ts'

const publicKey = generateKeyPairSync('x25519')
  .publicKey.export({ format: 'der', type: 'spki' })
  .toString('base64')
const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex')

async function withGateway(options: Options = {}) {
  const api = await apiUnderTest(options)
  const token = await api.signedInAs('admin')
  const site = await api.addSite()
  const { id, enrolmentCode } = await api.addGateway(site)
  const enrol = (code = enrolmentCode, secret = 'first', more: object = {}) =>
    api.call('POST', '/api/v1/enrolments', {
      headers: { host: 'watch.example:8080' },
      body: { code, secretHash: hashOf(secret), publicKey, software: '0.1.0', ...more },
    })
  const read = async () =>
    (await api.call('GET', `/api/v1/gateways/${id}`, { token: await api.signedInAs('noc') })).body
  const row = () =>
    api.records.read.selectFrom('gateway').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  const set = (values: object) =>
    api.records.write((trx) => trx.updateTable('gateway').set(values).where('id', '=', id).execute())
  return { ...api, token, site, id, code: enrolmentCode, enrol, read, row, set }
}

describe('an enrolment code', () => {
  test('is twelve signs in groups of four, for one gateway, for a day', async () => {
    const { call, token, site, clock } = await withGateway()
    const { status, body } = await call('POST', `/api/v1/sites/${site}/gateways`, {
      token,
      body: { name: 'Roof' },
    })
    expect(status).toBe(201)
    expect(body.enrolmentCode).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){2}$/)
    expect(body.expiresAt).toBe(new Date(clock.now() + DAY_MS).toISOString())
  })

  test('is not kept in a form that could be used', async () => {
    const { records, code } = await withGateway()
    const rows = await records.read.selectFrom('enrolment_code').selectAll().execute()
    expect(JSON.stringify(rows)).not.toContain(code)
    expect(JSON.stringify(rows)).not.toContain(code.replaceAll('-', ''))
  })

  test('carries the fingerprint of our certificate when there is one', async () => {
    const { code, enrol } = await withGateway({ tlsFingerprint: 'ab'.repeat(32) })
    expect(code).toMatch(/^[0-9A-Z-]{14}\.(ab){32}$/)
    expect((await enrol()).status).toBe(201)
  })

  test('may be typed as people type', async () => {
    const { enrol, code } = await withGateway()
    const typed = code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')
    expect((await enrol(typed)).status).toBe(201)
  })

  test('is void as soon as a newer one is made', async () => {
    const { call, token, id, enrol, code } = await withGateway()
    const { body } = await call('POST', `/api/v1/gateways/${id}/enrolment-code`, { token })
    expect(body.id).toBe(id)
    expect((await enrol(code)).body.code).toBe('enrolment_refused')
    expect((await enrol(String(body.enrolmentCode))).status).toBe(201)
  })

  test('is void after a day', async () => {
    const { enrol, clock, read } = await withGateway()
    expect((await read()).enrolmentPending).toBe(true)
    await clock.advance(DAY_MS)
    expect((await enrol()).body.code).toBe('enrolment_refused')
    expect((await read()).enrolmentPending).toBe(false)
  })

  test('cannot be guessed: addresses that try are stopped', async () => {
    const { enrol } = await withGateway()
    for (let i = 0; i < 30; i += 1) expect((await enrol(`AAAA-BBBB-${1000 + i}`)).status).toBe(403)
    expect((await enrol()).status).toBe(429)
  })
})

describe('enrolling', () => {
  test('gives a gateway its identity, its first epoch and the way to the broker', async () => {
    const { enrol, id, clock, row, told } = await withGateway()
    const { status, body } = await enrol()
    expect(status).toBe(201)
    expect(body).toEqual({ gatewayId: id, epoch: 1, mqttUrl: 'mqtt://watch.example:1883', now: clock.now() })
    expect(await row()).toMatchObject({
      secret_hash: hashOf('first'),
      public_key: publicKey,
      epoch: 1,
      last_applied: 0,
      last_hash: null,
      link: 'lost',
      link_since: clock.now(),
      software: '0.1.0',
    })
    expect(told.gateways).toEqual([id])
  })

  test('again with the same code and secret answers the same for ten minutes and changes nothing', async () => {
    const { enrol, row, set, clock, told } = await withGateway()
    const first = (await enrol()).body
    await set({ link: 'connected', last_applied: 7, last_hash: 'abc' })
    const before = await row()
    await clock.advance(10 * MINUTE_MS)
    expect((await enrol()).body).toEqual({ ...first, now: clock.now() })
    expect(await row()).toEqual(before)
    expect(told.gateways).toHaveLength(1)
    await clock.advance(1)
    expect((await enrol()).body.code).toBe('enrolment_refused')
  })

  test('with a used code and another secret is refused, and the first stays', async () => {
    const { enrol, code, row } = await withGateway()
    await enrol()
    expect((await enrol(code, 'second')).status).toBe(403)
    expect((await row()).secret_hash).toBe(hashOf('first'))
  })

  test('once more with a new code replaces the credential and begins the next epoch', async () => {
    const { enrol, call, token, id, row, set } = await withGateway()
    await enrol()
    await set({ link: 'connected', last_applied: 7, last_hash: 'abc' })
    const { body } = await call('POST', `/api/v1/gateways/${id}/enrolment-code`, { token })
    expect((await enrol(String(body.enrolmentCode), 'second')).body.epoch).toBe(2)
    const after = { secret_hash: hashOf('second'), epoch: 2, last_applied: 0, last_hash: null, link: 'lost' }
    expect(await row()).toMatchObject(after)
  })

  test('once more says how far we had come with it, and says the same when it is asked again', async () => {
    const { enrol, call, token, id, set, clock } = await withGateway()
    expect((await enrol()).body.applied).toBeUndefined()
    await set({ link: 'connected', last_applied: 7, last_hash: '0123456789abcdef' })
    const { body } = await call('POST', `/api/v1/gateways/${id}/enrolment-code`, { token })
    const again = () => enrol(String(body.enrolmentCode), 'second')
    const applied = { epoch: 1, through: 7, hash: '0123456789abcdef' }
    expect((await again()).body).toMatchObject({ epoch: 2, applied })
    await set({ link: 'connected', last_applied: 3, last_hash: 'fedcba9876543210' })
    await clock.advance(MINUTE_MS)
    expect((await again()).body).toMatchObject({ epoch: 2, applied })
  })

  test('two at once with one code: one gets in', async () => {
    const { enrol, code } = await withGateway()
    const answers = await Promise.all([enrol(code, 'one'), enrol(code, 'two')])
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 403])
  })

  test.each([
    [
      'a key of another kind',
      generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
    ],
    ['no key', 'AAAA'],
  ])('with %s is refused and leaves the code good', async (_what, key) => {
    const { enrol, code } = await withGateway()
    const { status, body } = await enrol(code, 'first', { publicKey: key })
    expect(status).toBe(400)
    expect(Object.keys(body.details)).toEqual(['publicKey'])
    expect((await enrol()).status).toBe(201)
  })
})

describe('a gateway', () => {
  test('shows what is stored of it and what the watching knows', async () => {
    const { read, site, id, clock, enrol, set } = await withGateway()
    expect(await read()).toMatchObject({ link: 'not_enrolled', linkSince: null, epoch: 0, software: null })
    await enrol()
    await set({
      refused: '{"foreign_device":2}',
      config_version: 4,
      applied_generation: 1,
      applied_version: 3,
    })
    expect(await read()).toEqual({
      id,
      siteId: site,
      name: 'Cellar',
      link: 'lost',
      linkSince: new Date(clock.now()).toISOString(),
      watermark: new Date(clock.now()).toISOString(),
      spoolDepth: 3,
      clockOffsetMs: -12,
      refused: { foreign_device: 2 },
      epoch: 1,
      lastApplied: 0,
      configVersion: { generation: 1, version: 4 },
      appliedConfigVersion: { generation: 1, version: 3 },
      software: '0.1.0',
      deviceCount: 0,
      enrolmentPending: false,
    })
  })

  test('is renamed, and the road is told', async () => {
    const { call, token, id, told } = await withGateway()
    const { body } = await call('PATCH', `/api/v1/gateways/${id}`, { token, body: { name: 'Roof' } })
    expect(body.name).toBe('Roof')
    expect(told.gateways).toEqual([id])
  })

  test('that is fenced goes on under the next epoch after a person has confirmed', async () => {
    const { call, token, id, row, set, enrol, clock, told } = await withGateway()
    await enrol()
    await set({ link: 'fenced', last_applied: 9, last_hash: 'abc' })
    const { status } = await call('PATCH', `/api/v1/gateways/${id}`, { token, body: { confirmCloned: true } })
    expect(status).toBe(200)
    const after = { epoch: 2, last_applied: 0, last_hash: null, link: 'lost', link_since: clock.now() }
    expect(await row()).toMatchObject(after)
    expect(told.gateways).toEqual([id, id])
  })

  test('that is not fenced has nothing to confirm, and keeps its name', async () => {
    const { call, token, id, row, enrol } = await withGateway()
    await enrol()
    const before = await row()
    const body = { name: 'Other', confirmCloned: true }
    const refused = await call('PATCH', `/api/v1/gateways/${id}`, { token, body })
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict'])
    expect(await row()).toEqual(before)
  })

  test('without devices is removed with its codes; with devices it stays', async () => {
    const { call, token, id, site, tenantId, records, told } = await withGateway()
    const device = {
      id: 'd1',
      tenant_id: tenantId,
      site_id: site,
      gateway_id: id,
      name: 'Camera',
      kind: 'camera' as const,
      address: '10.0.0.1',
      drivers_sealed: new Uint8Array(1),
      drivers_public: '{}',
      listened_only: 0,
      interval_s: 20,
      silence_window_s: 60,
      created_at: 0,
    }
    await records.write((trx) => trx.insertInto('device').values(device).execute())
    const url = `/api/v1/gateways/${id}`
    const refused = await call('DELETE', url, { token })
    expect([refused.status, refused.body.details]).toEqual([409, { devices: 1 }])
    expect(told.gateways).toEqual([])
    await records.write((trx) => trx.deleteFrom('device').execute())
    expect((await call('DELETE', url, { token })).status).toBe(204)
    expect(told.gateways).toEqual([id])
    expect(await records.read.selectFrom('enrolment_code').selectAll().execute()).toEqual([])
  })
})
