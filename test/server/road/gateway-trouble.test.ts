import { expect, test } from 'vitest'
import { alive, at, missed, siteWith } from './plain-gateway.ts'

test('a batch that had to be put aside opens a ticket, which ends after ten quiet minutes', () => {
  const { gateway, openTickets } = siteWith([{ id: 'cam' }])
  gateway.batch(10, [], { span: -1 })
  expect(openTickets()).toEqual(['gw|batches_refused'])
  gateway.batch(20)
  gateway.batch(500, [], { span: -1 })
  gateway.batch(510)
  gateway.batch(900)
  expect(openTickets()).toEqual(['gw|batches_refused'])
  gateway.batch(1200)
  expect(openTickets()).toEqual([])
})

test('a gateway that keeps restarting gets a ticket', () => {
  const { gateway, openTickets } = siteWith([{ id: 'cam' }])
  gateway.batch(10, [{ id: 'gw', t: at(10), events: [{ kind: 'gateway_restarting', at: at(10) }] }])
  expect(openTickets()).toEqual(['gw|gateway_restarting'])
})

test('a first batch that had to be put aside is a trouble of now, not of 1970', () => {
  const { gateway, server } = siteWith([{ id: 'cam' }])
  server.run("UPDATE gateway SET epoch = 2, last_applied = 0, last_hash = NULL WHERE id = 'gw'")
  server.run('DELETE FROM journal')
  server.crash()
  Object.assign(gateway, { epoch: 2, seq: 0, hash: undefined })
  gateway.hello(20)
  gateway.batch(30, [], { span: -1 })
  expect(server.all("SELECT since FROM condition WHERE code = 'batches_refused'")).toEqual([
    { since: at(30) },
  ])
})

test('once a person has let a fenced gateway go on, two machines are no longer its trouble', async () => {
  const { gateway, server, conditions, openTickets } = siteWith([{ id: 'cam' }])
  gateway.hash = '0123456789abcdef'
  gateway.batch(10)
  expect(openTickets()).toEqual(['gw|gateway_cloned'])
  await server.grantEpoch('gw', at(20))
  Object.assign(gateway, { epoch: 2, seq: 0, hash: undefined })
  gateway.hello(25)
  gateway.batch(30)
  expect(conditions('gw')).toEqual([])
  expect(openTickets()).toEqual([])
})

test('a gateway that is enrolled and never heard is lost', async () => {
  const { gateway, server, openTickets } = siteWith([{ id: 'cam' }])
  await server.grantEpoch('gw', at(20))
  gateway.input('lost', 60)
  gateway.input('lost', 90)
  expect(openTickets()).toEqual(['gw|gateway_lost'])
})

test('a gateway lost again while its loss was about to end keeps one ticket', () => {
  const { gateway, openTickets, server } = siteWith([{ id: 'cam' }])
  gateway.input('lost', 40)
  gateway.hello(60)
  gateway.batch(65)
  gateway.input('lost', 100)
  expect(openTickets()).toEqual(['gw|gateway_lost'])
  gateway.hello(120)
  gateway.batch(125)
  gateway.batch(160)
  expect(openTickets()).toEqual([])
  expect(server.all('SELECT count(*) AS n FROM ticket')).toEqual([{ n: 1 }])
})

test('a batch that names no predecessor is taken: the gateway had to drop it', () => {
  const { gateway, server } = siteWith([{ id: 'cam' }])
  gateway.hash = undefined
  gateway.batch(10, [alive('cam', 10)])
  expect(server.fleet.gateways.get('gw')?.link).toBe('connected')
  expect(server.fleet.gateways.get('gw')?.lastApplied).toBe(2)
})

test('a check that always fails beside one that works neither makes a device suspect nor keeps its ticket open', () => {
  const { gateway, state, conditions, server } = siteWith([{ id: 'cam' }])
  const poll = (s: number) =>
    gateway.batch(s, [alive('cam', s), missed('cam', s + 1, 'connection_refused', 'snmp')])
  for (let s = 10; s <= 100; s += 20) poll(s)
  expect(conditions('cam')).toEqual(['check_failed.snmp'])
  expect(state('cam')).toBe('degraded')
  for (let s = 110; s <= 190; s += 20)
    gateway.batch(s, [missed('cam', s), missed('cam', s + 1, 'connection_refused', 'snmp')])
  expect(conditions('cam')).toContain('silent')
  for (let s = 200; s <= 360; s += 20) poll(s)
  expect(conditions('cam')).toEqual(['check_failed.snmp'])
  expect(server.all("SELECT count(*) AS n FROM timeline WHERE code = 'suspect'")).toEqual([{ n: 2 }])
})

test('a device that cannot be watched as it is set up says so, though it never gave a sign of life', () => {
  const { gateway, state, openTickets } = siteWith([{ id: 'cam' }])
  for (let s = 10; s <= 100; s += 10) gateway.batch(s, [missed('cam', s, 'unsupported', 'settings')])
  expect(state('cam')).toBe('unknown')
  expect(openTickets()).toEqual(['cam|check_failed.settings'])
})

test('a fault names the ticket that is open about it', () => {
  const { gateway, server } = siteWith([{ id: 'cam' }])
  const linked = () =>
    server.all(
      "SELECT c.ticket_id = t.id AS same FROM condition c, ticket t WHERE c.until IS NULL AND t.state = 'new'",
    )
  for (let s = 10; s <= 100; s += 10) gateway.batch(s, [missed('cam', s, 'unsupported', 'settings')])
  expect(linked()).toEqual([{ same: 1 }])
})
