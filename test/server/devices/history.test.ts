import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { say } from '@stillwatch/contract/sentences.ts'
import { describe, expect, test } from 'vitest'
import { devicesUnderTest } from './devices-under-test.ts'

const start = Date.UTC(2026, 0, 1)
const iso = (at: number) => new Date(at).toISOString()

describe('values of a device', () => {
  test('come as they are while they are few, and as buckets when they are many', async () => {
    const { add, call, noc, metrics } = await devicesUnderTest()
    const id = await add()
    for (let n = 0; n < 100; n += 1) metrics.append(n + 1, id, start + n * 1_000, { rtt_ms: n })
    const read = async (points: number) => {
      const query = `metric=rtt_ms&from=${iso(start)}&to=${iso(start + 100_000)}&points=${points}`
      return (await call('GET', `/api/v1/devices/${id}/samples?${query}`, { token: noc }))
        .body as unknown as {
        raw: boolean
        unit: string
        at: number[]
        mean: number[]
        min: number[]
        max: number[]
      }
    }
    const raw = await read(100)
    expect(raw).toMatchObject({ raw: true, unit: 'ms' })
    expect(raw.at).toEqual(Array.from({ length: 100 }, (_, n) => start + n * 1_000))
    expect(raw.mean).toEqual(Array.from({ length: 100 }, (_, n) => n))

    const coarse = await read(10)
    expect(coarse).toMatchObject({ raw: false })
    expect(coarse.at.length).toBeLessThanOrEqual(10)
    expect(coarse.min[0]).toBe(0)
    expect(coarse.max.at(-1)).toBe(99)
    expect(new Set([coarse.at.length, coarse.mean.length, coarse.min.length, coarse.max.length]).size).toBe(1)

    const series = await call('GET', `/api/v1/devices/${id}/series`, { token: noc })
    expect(series.body).toEqual({
      items: [{ metric: 'rtt_ms', unit: 'ms', firstAt: iso(start), lastAt: iso(start + 99_000), last: 99 }],
      total: 1,
    })
  })

  test('over a range that runs backwards are refused', async () => {
    const { add, call, noc } = await devicesUnderTest()
    const query = `metric=rtt_ms&from=${iso(start)}&to=${iso(start)}`
    const { status, body } = await call('GET', `/api/v1/devices/${await add()}/samples?${query}`, {
      token: noc,
    })
    expect(status).toBe(400)
    expect(body.details).toEqual({ to: 'must lie after from' })
  })
})

test('the timeline shows what happened, newest first, page by page', async () => {
  const { add, call, noc, records } = await devicesUnderTest()
  const id = await add()
  await records.write((trx) =>
    trx
      .insertInto('timeline')
      .values(
        [5, 1, 3, 3, 9].map((at, n) => ({ device_id: id, at, kind: 'state', code: 'down', text: `${n}` })),
      )
      .execute(),
  )
  const seen: unknown[] = []
  for (let next: string | undefined = ''; next !== undefined; ) {
    const cursor = next === '' ? '' : `&cursor=${next}`
    const { body } = await call('GET', `/api/v1/devices/${id}/timeline?limit=2${cursor}`, { token: noc })
    expect(body.total).toBe(5)
    seen.push(...body.items.map((item) => item.text))
    next = body.next as string | undefined
  }
  expect(seen).toEqual(['4', '0', '3', '2', '1'])
})

describe('asking a device now', () => {
  const checks = [{ check: 'snmp', at: start, ok: true, tookMs: 12 }]

  test('answers what came back through its gateway', async () => {
    const { add, call, noc, records, road } = await devicesUnderTest()
    const id = await add()
    await records.write((trx) => trx.updateTable('gateway').set({ link: 'connected' }).execute())
    road.answer = checks
    expect((await call('POST', `/api/v1/devices/${id}/check`, { token: noc })).body).toEqual({ checks })
    road.answer = new StillwatchError('no_answer_in_time')
    expect((await call('POST', `/api/v1/devices/${id}/check`, { token: noc })).status).toBe(504)
  })

  test('says at once that the gateway is away', async () => {
    const { add, call, noc, road } = await devicesUnderTest()
    road.answer = checks
    const { status, body } = await call('POST', `/api/v1/devices/${await add()}/check`, { token: noc })
    expect([status, body.code]).toEqual([409, 'gateway_offline'])
  })
})

test('a device shows its conditions, facts, checks and last sign of life', async () => {
  const { add, call, noc, records, road } = await devicesUnderTest()
  const id = await add({ recoveryHoldS: 40 })
  road.evidence.set(id, start)
  road.checks.set(id, [{ check: 'snmp', at: start, ok: true, tookMs: 3 }])
  await records.write(async (trx) => {
    const condition = {
      subject_id: id,
      level: 3,
      since: start,
      clears_watched: null,
      until: null,
      evidence: JSON.stringify(say('plain', { words: 'missed' })),
    }
    await trx
      .insertInto('condition')
      .values([
        { ...condition, id: 'a', code: 'silent', recovered_at: start + 1_000, ticket_id: 'ticket-1' },
        { ...condition, id: 'b', code: 'old', recovered_at: start, until: start + 9, ticket_id: null },
      ])
      .execute()
    const fact = { device_id: id, since: start, until: null }
    await trx
      .insertInto('device_fact')
      .values([
        { ...fact, name: 'serial', value: '"X1"' },
        { ...fact, name: 'armed', value: 'true' },
        { ...fact, name: 'model', value: '"old"', until: start + 1 },
      ])
      .execute()
  })
  const { body } = await call('GET', `/api/v1/devices/${id}`, { token: noc })
  expect(body).toMatchObject({
    lastEvidenceAt: iso(start),
    openConditions: 1,
    conditions: [
      {
        code: 'silent',
        since: iso(start),
        clearsAt: iso(start + 41_000),
        ticketId: 'ticket-1',
        evidence: say('plain', { words: 'missed' }),
      },
    ],
    checks: [{ check: 'snmp', ok: true }],
  })
  expect(body.facts).toEqual({ serial: 'X1', armed: true })
})
