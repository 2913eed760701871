import { say } from '@stillwatch/contract/sentences.ts'
import { closedStates, type TicketState, ticketStates } from '@stillwatch/contract/ticket.ts'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inScope } from '../../../server/access/scope.ts'
import { listTickets } from '../../../server/tickets/read.ts'
import { ticketRoutes } from '../../../server/tickets/routes.ts'
import { openTicket } from '../../../server/tickets/ticket-log.ts'
import { propertyParameters } from '../../suites/counts.ts'
import { type ApiUnderTest, apiUnderTest } from '../api-under-test.ts'

const start = Date.UTC(2026, 0, 1)
let opened = 0

/** Opens a ticket as the road does, and puts it into a state. */
function open(
  { records, tenantId }: ApiUnderTest,
  fields: {
    siteId: string
    title?: string
    level?: number
    at?: number
    state?: TicketState
    deviceId?: string
  },
): Promise<string> {
  opened += 1
  const id = `ticket-${String(opened).padStart(6, '0')}`
  const at = fields.at ?? start
  return records.queue.run((db) => {
    openTicket(db, {
      id,
      tenantId,
      dedupKey: `device-${opened}|silent`,
      title: say('plain', { words: fields.title ?? 'Camera 1 is silent' }),
      cause: 'silent',
      level: fields.level ?? 3,
      siteId: fields.siteId,
      deviceId: fields.deviceId ?? `device-${opened}`,
      gatewayId: null,
      subject: 'Camera 1',
      faultSince: at - 60_000,
      at,
      evidence: say('plain', { words: 'No answer for 60 s.' }),
    })
    if (fields.state) db.prepare('UPDATE ticket SET state = ? WHERE id = ?').run(fields.state, id)
    return id
  })
}

async function ticketsUnderTest() {
  const api = await apiUnderTest()
  const changed: string[] = []
  const { records, clock, app } = api
  ticketRoutes(app, { records, clock, ticketsChanged: (ids) => void changed.push(...ids) })
  const siteId = await api.addSite()
  const noc = await api.signedInAs('noc')
  const move = (id: string, token: string, to: TicketState, more: object = {}) =>
    api.call('POST', `/api/v1/tickets/${id}/transitions`, { token, body: { to, ...more } })
  return {
    ...api,
    changed,
    siteId,
    noc,
    move,
    open: (fields: object = {}) => open(api, { siteId, ...fields }),
  }
}

describe('a ticket', () => {
  test('is found by its id and by the number people say, with its whole story', async () => {
    const api = await ticketsUnderTest()
    const id = await api.open({ deviceId: 'device-x' })
    await api.records.queue.run((db) => {
      db.prepare("INSERT INTO ticket_affected VALUES (?, 'device-x', 'Camera 1', ?, NULL)").run(id, start)
      db.prepare("INSERT INTO ticket_affected VALUES (?, 'device-y', 'Camera 2', ?, ?)").run(
        id,
        start,
        start + 5,
      )
    })
    const byId = await api.call('GET', `/api/v1/tickets/${id}`, { token: api.noc })
    expect(byId.body).toMatchObject({
      number: 1,
      cause: 'silent',
      state: 'new',
      openedAt: '2026-01-01T00:00:00.000Z',
      faultSince: '2025-12-31T23:59:00.000Z',
      resolvedAt: null,
      resolvesItselfAt: null,
      affectedCount: 2,
      affected: [
        { deviceId: 'device-x', until: null },
        { deviceId: 'device-y', until: '2026-01-01T00:00:00.005Z' },
      ],
      title: 'Camera 1 is silent',
      titleSentence: say('plain', { words: 'Camera 1 is silent' }),
      events: [
        {
          ...{ seq: 1, kind: 'opened', actor: 'system', to: 'new', text: 'No answer for 60 s.' },
          sentence: say('plain', { words: 'No answer for 60 s.' }),
        },
      ],
    })
    const byNumber = await api.call('GET', '/api/v1/tickets/1', { token: api.noc })
    expect(byNumber.body).toEqual(byId.body)
    expect((await api.call('GET', '/api/v1/tickets/2', { token: api.noc })).status).toBe(404)
  })

  test('says where the asking person may move it, and what that needs', async () => {
    const api = await ticketsUnderTest()
    const id = await api.open({ state: 'remote_diagnosis' })
    const next = async (role: 'noc' | 'technician' | 'auditor') =>
      (await api.call('GET', `/api/v1/tickets/${id}`, { token: await api.signedInAs(role, [api.siteId]) }))
        .body.next
    expect(await next('technician')).toEqual([
      { to: 'resolved', needs: ['reason', 'fault_cleared'] },
      { to: 'awaiting_dispatch', needs: ['reason'] },
    ])
    expect(await next('noc')).toContainEqual({ to: 'cancelled', needs: ['reason'] })
    expect(await next('auditor')).toEqual([])
  })

  test('is moved by who may, in the part in which they may, and the log says who', async () => {
    const api = await ticketsUnderTest()
    const id = await api.open()
    const dispatcher = await api.signedInAs('dispatcher')
    expect((await api.move(id, api.noc, 'accepted')).body).toMatchObject({ state: 'accepted' })
    await api.move(id, api.noc, 'awaiting_dispatch', { reason: 'needs a ladder' })
    const { status, body } = await api.move(id, dispatcher, 'dispatched')
    expect([status, body.state]).toEqual([200, 'dispatched'])
    expect((body.events as object[]).slice(1)).toMatchObject([
      { kind: 'transition', actor: 'desk', from: 'new', to: 'accepted', by: expect.stringMatching(/^noc/) },
      { actor: 'desk', to: 'awaiting_dispatch', text: 'needs a ladder' },
      { actor: 'dispatcher', to: 'dispatched', by: expect.stringMatching(/^dispatcher/) },
    ])
    expect(api.changed).toEqual([id, id, id])
  })

  test('cannot go where its state does not lead, nor where others alone may take it', async () => {
    const api = await ticketsUnderTest()
    const id = await api.open()
    const refused = await api.move(id, api.noc, 'archived')
    expect([refused.status, refused.body.code]).toEqual([409, 'transition_refused'])
    expect(refused.body.details).toMatchObject({ from: 'new', to: 'archived' })
    const technician = await api.signedInAs('technician', [api.siteId])
    expect((await api.move(id, technician, 'cancelled', { reason: 'no' })).body.code).toBe('forbidden')
    expect((await api.move(id, await api.signedInAs('auditor'), 'accepted')).status).toBe(403)
    expect((await api.move(id, api.noc, 'cancelled')).status).toBe(400)
    // Only the engine resolves a ticket nobody has worked on.
    expect((await api.move(id, api.noc, 'resolved')).body.code).toBe('transition_refused')
    expect(api.changed).toEqual([])
  })

  test('is not resolved while its fault is there, unless somebody says why', async () => {
    const api = await ticketsUnderTest()
    const id = await api.open({ state: 'remote_diagnosis' })
    const { dedup_key } = await api.records.read
      .selectFrom('ticket')
      .select('dedup_key')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    await api.records.queue.run((db) =>
      db
        .prepare(
          "INSERT INTO condition (id, subject_id, code, level, since, evidence) VALUES ('c', ?, 'silent', 3, 0, '')",
        )
        .run(dedup_key.split('|')[0] ?? ''),
    )
    const refused = await api.move(id, api.noc, 'resolved', { reason: 'looks fine' })
    expect(refused.body.code).toBe('fault_still_active')
    const done = await api.move(id, api.noc, 'resolved', { reason: 'removed by the owner', override: true })
    expect(done.body).toMatchObject({ state: 'resolved', resolvedAt: expect.any(String) })
  })

  test('takes comments from everybody who acts, in their part', async () => {
    const api = await ticketsUnderTest()
    const id = await api.open()
    const owner = await api.signedInAs('owner', [api.siteId])
    const comment = (token: string) =>
      api.call('POST', `/api/v1/tickets/${id}/comments`, { token, body: { text: 'The door is open.' } })
    const { status, body } = await comment(owner)
    expect(status).toBe(201)
    expect((body.events as object[]).at(-1)).toMatchObject({
      kind: 'comment',
      actor: 'customer',
      text: 'The door is open.',
    })
    expect((body.events as object[]).at(-1)).not.toHaveProperty('sentence')
    expect((await comment(await api.signedInAs('auditor'))).status).toBe(403)
    expect(api.changed).toEqual([id])
  })

  test('of another site is not found, for reading and for writing', async () => {
    const api = await ticketsUnderTest()
    const id = await api.open({ siteId: await api.addSite('Mill') })
    await api.open()
    const owner = await api.signedInAs('owner', [api.siteId])
    const list = await api.call('GET', '/api/v1/tickets', { token: owner })
    expect(list.body).toMatchObject({ total: 1, items: [{ number: 2 }] })
    expect((await api.call('GET', `/api/v1/tickets/${id}`, { token: owner })).status).toBe(404)
    expect((await api.call('GET', '/api/v1/tickets/1', { token: owner })).status).toBe(404)
    expect((await api.move(id, owner, 'cancelled', { reason: 'no' })).status).toBe(404)
    const comment = { token: owner, body: { text: 'hello' } }
    expect((await api.call('POST', `/api/v1/tickets/${id}/comments`, comment)).status).toBe(404)
  })
})

describe('the list of tickets', () => {
  test('has open ones first, by level, the newest first; closed ones after', async () => {
    const api = await ticketsUnderTest()
    await api.open({ title: 'old minor', level: 4, at: start })
    await api.open({ title: 'closed critical', level: 1, at: start + 9, state: 'resolved' })
    await api.open({ title: 'critical', level: 1, at: start })
    await api.open({ title: 'new minor', level: 4, at: start + 5 })
    await api.open({ title: 'closed minor', level: 4, at: start + 10, state: 'cancelled' })
    const titles = async (query: string) =>
      (await api.call('GET', `/api/v1/tickets?${query}`, { token: api.noc })).body.items.map(
        (item) => item.title,
      )
    const all = ['critical', 'new minor', 'old minor', 'closed minor', 'closed critical']
    expect(await titles('')).toEqual(all)
    expect(await titles('state=open')).toEqual(all.slice(0, 3))
    expect(await titles('state=closed')).toEqual(all.slice(3))
    expect(await titles('state=resolved,new')).toEqual([
      'critical',
      'new minor',
      'old minor',
      'closed critical',
    ])
    expect(await titles('q=minor&state=open')).toEqual(['new minor', 'old minor'])
    expect(await titles('q=%233')).toEqual(['critical'])
    expect(await titles(`site=${api.siteId}&device=nothing`)).toEqual([])
    const wrong = await api.call('GET', '/api/v1/tickets?state=broken', { token: api.noc })
    expect([wrong.status, Object.keys(wrong.body.details)]).toEqual([400, ['state']])
  })

  test('shows every ticket once, whatever the page size and whatever is opened meanwhile', async () => {
    const api = await ticketsUnderTest()
    const visible = inScope({ tenantId: api.tenantId, siteIds: 'all' }, 'ticket')
    const ticket = fc.record({
      level: fc.integer({ min: 1, max: 4 }),
      at: fc.integer({ min: start, max: start + 3 }),
      state: fc.constantFrom(...ticketStates),
    })
    const run = async (first: object[], meanwhile: object[][], limit: number) => {
      const siteId = await api.addSite()
      const add = async (tickets: object[]) => {
        const ids: string[] = []
        for (const fields of tickets) ids.push(await open(api, { siteId, ...fields }))
        return ids
      }
      const before = await add(first)
      const seen: { id: string; rank: number }[] = []
      for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page += 1) {
        const query = { site: siteId, limit, ...(cursor === undefined ? {} : { cursor }) }
        const list = await listTickets(api.records, visible, query)
        expect(page).toBeLessThan(100)
        expect(list.items.length).toBeLessThanOrEqual(limit)
        const closed: readonly TicketState[] = closedStates
        seen.push(
          ...list.items.map(({ id, level, state }) => ({ id, rank: closed.includes(state) ? 9 : level })),
        )
        cursor = list.next
        await add(meanwhile[page] ?? [])
      }
      const ids = seen.map(({ id }) => id)
      expect(new Set(ids).size).toBe(ids.length)
      expect(ids.filter((id) => before.includes(id)).toSorted()).toEqual(before.toSorted())
      expect(seen.map(({ rank }) => rank)).toEqual(seen.map(({ rank }) => rank).toSorted())
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(ticket, { maxLength: 10 }),
        fc.array(fc.array(ticket, { maxLength: 2 }), { maxLength: 5 }),
        fc.integer({ min: 1, max: 4 }),
        run,
      ),
      propertyParameters(0.25),
    )
  })

  test('reads no more rows than its page needs', async () => {
    const { records } = await ticketsUnderTest()
    const plan = records.readDb
      .prepare(
        `EXPLAIN QUERY PLAN SELECT * FROM ticket WHERE ticket.tenant_id = 'a'
         AND list_rank >= 9 AND (list_rank > 9 OR (opened_at, id) < (5, 'x'))
         ORDER BY list_rank, opened_at DESC, id DESC LIMIT 101`,
      )
      .all()
      .map((row) => String(row.detail))
    expect(plan.join('\n')).toMatch(/USING INDEX ticket_listed/)
    expect(plan.join('\n')).not.toMatch(/TEMP B-TREE|SCAN/)
  })
})
