import { expect, test } from 'vitest'
import { alive, missed, PlainGateway, type Site, siteWith, spoke } from './plain-gateway.ts'

const chain = [{ id: 'core' }, { id: 'switch', dependsOn: ['core'] }, { id: 'cam', dependsOn: ['switch'] }]

/** Everything in `ids` answers at second 10 and misses every poll from second 30 on. */
function dieTogether({ gateway }: Site, ids: readonly string[], untilS = 90): void {
  gateway.batch(
    10,
    [...ids].map((id) => alive(id, 10)),
  )
  for (let s = 30; s <= untilS; s += 10)
    gateway.batch(
      s,
      [...ids].map((id) => missed(id, s)),
    )
}

test('a chain that dies together is one ticket, and all of it is given time when the root returns', () => {
  const site = siteWith(chain)
  dieTogether(site, ['core', 'switch', 'cam'])
  expect(site.openTickets()).toEqual(['core|silent'])
  expect([site.state('switch'), site.state('cam')]).toEqual(['unreachable', 'unreachable'])
  site.gateway.batch(100, [alive('core', 100)])
  expect([site.state('switch'), site.state('cam')]).toEqual(['suspect', 'suspect'])
})

test('a device that died behind its root is found when everything between them has returned', () => {
  const site = siteWith(chain)
  dieTogether(site, ['core', 'switch', 'cam'])
  for (let s = 100; s <= 200; s += 10)
    site.gateway.batch(s, [alive('core', s), alive('switch', s), missed('cam', s)])
  expect(site.state('cam')).toBe('down')
  expect(site.openTickets()).toEqual(['cam|silent', 'core|silent'])
})

test('an ancestor is not condemned while its own ancestor may be the cause', () => {
  const site = siteWith([
    { id: 'core', windowS: 120 },
    { id: 'switch', windowS: 120, dependsOn: ['core'] },
    { id: 'cam1', dependsOn: ['switch'] },
    { id: 'cam2', dependsOn: ['switch'] },
  ])
  dieTogether(site, ['core', 'switch', 'cam1', 'cam2'], 130)
  const opened = site.server.all('SELECT dedup_key AS key FROM ticket ORDER BY number')
  expect(opened.map((row) => row.key)).toEqual(['core|silent'])
})

test('a device that speaks for itself stays suspect until it has spoken after its root returned, also over a restart', () => {
  const site = siteWith([{ id: 'switch' }, { id: 'bell', listenedOnly: true, dependsOn: ['switch'] }])
  site.gateway.batch(10, [alive('switch', 10), spoke('bell', 10)])
  for (let s = 30; s <= 90; s += 10) site.gateway.batch(s, [missed('switch', s)])
  expect(site.state('bell')).toBe('unreachable')
  site.gateway.batch(100, [alive('switch', 100)])
  expect(site.state('bell')).toBe('suspect')
  site.server.crash()
  site.gateway.hello(101)
  site.gateway.batch(105)
  expect(site.state('bell')).toBe('suspect')
  site.gateway.batch(110, [spoke('bell', 110)])
  expect(site.state('bell')).toBe('up')
})

test('a device whose cause is being looked for is suspect, though it is only listened to', () => {
  const site = siteWith([
    { id: 'switch', windowS: 300 },
    { id: 'bell', listenedOnly: true, dependsOn: ['switch'] },
  ])
  site.gateway.batch(10, [alive('switch', 10), spoke('bell', 10)])
  site.gateway.batch(71)
  expect(site.state('bell')).toBe('suspect')
})

test('a device whose root was removed while it could not be reached is judged for itself', () => {
  const site = siteWith([{ id: 'switch' }, { id: 'cam', dependsOn: ['switch'] }])
  dieTogether(site, ['switch', 'cam'])
  expect(site.state('cam')).toBe('unreachable')
  site.server.run("DELETE FROM device WHERE id = 'switch'")
  site.server.crash()
  site.gateway.hello(91)
  site.gateway.batch(100, [missed('cam', 100)])
  expect(site.state('cam')).toBe('down')
  expect(site.openTickets()).toContain('cam|silent')
})

test('a device behind a switch of another gateway joins the ticket of that switch, though it opens later', () => {
  const site = siteWith(
    [{ id: 'switch' }, { id: 'cam', gatewayId: 'other', dependsOn: ['switch'] }],
    ['other'],
  )
  const other = new PlainGateway(site.server, 'other')
  other.hello(0)
  other.batch(10, [alive('cam', 10)])
  // The switch's gateway catches up on what happened: its tickets wait.
  site.gateway.batch(10, [alive('switch', 10)])
  site.gateway.input('end', 11)
  site.gateway.hello(100, 100)
  for (let s = 30; s <= 90; s += 10) site.gateway.batch(s, [missed('switch', s)])
  for (let s = 30; s <= 100; s += 10) other.batch(s, [missed('cam', s)])
  expect(site.state('cam')).toBe('unreachable')
  expect(site.openTickets()).toEqual([])
  while (site.gateway.seq < 100) site.gateway.batch(100, [missed('switch', 100)])
  expect(site.openTickets()).toEqual(['switch|silent'])
  expect(site.server.all('SELECT device_id AS id FROM ticket_affected WHERE until IS NULL')).toEqual([
    { id: 'cam' },
  ])
})

test('a ticket that stayed open behind a root is not closed when the root returns, only when its device does', () => {
  const site = siteWith([
    { id: 'switch', windowS: 120 },
    { id: 'cam', dependsOn: ['switch'] },
  ])
  site.gateway.batch(10, [alive('switch', 10), alive('cam', 10)])
  // The camera dies, is called down with the switch proven alive, and somebody writes on its ticket. Later the switch dies.
  for (let s = 30; s <= 80; s += 10) site.gateway.batch(s, [missed('cam', s)])
  expect(site.openTickets()).toEqual(['cam|silent'])
  const [ticket] = site.server.all('SELECT id FROM ticket')
  site.server.run(
    "INSERT INTO ticket_event (ticket_id, seq, at, kind, actor, by_account, text) VALUES (?, 99, 0, 'comment', 'desk', 'me', 'On it.')",
    String(ticket?.id),
  )
  for (let s = 90; s <= 150; s += 10) site.gateway.batch(s, [missed('cam', s), missed('switch', s)])
  expect(site.state('cam')).toBe('unreachable')
  site.gateway.batch(160, [alive('switch', 160), missed('cam', 160)])
  expect(site.state('cam')).toBe('suspect')
  const said = site.server.all(
    "SELECT text FROM ticket_event WHERE kind = 'answers_again' AND ticket_id = ?",
    String(ticket?.id),
  )
  expect(said).toEqual([])
})
