import { expect, test } from 'vitest'
import { requireSame } from '../../properties/same-fleet.ts'
import { alive, at, missed, PlainGateway, type Site, siteWith, spoke } from './plain-gateway.ts'

const start = async (windowS = 60, listenedOnly = false): Promise<Site & { other: PlainGateway }> => {
  const site = siteWith([{ id: 'cam', windowS, listenedOnly }], ['other'])
  const other = new PlainGateway(site.server, 'other')
  other.hello(0)
  other.batch(0)
  return { ...site, other }
}

test('what the old gateway still had in its spool is history and says nothing about today', async () => {
  const { server, gateway, other, state } = await start()
  gateway.batch(10, [alive('cam', 10)])
  await server.moveDevice('cam', 'other', at(20))
  other.version = 2
  other.batch(30)
  gateway.batch(40, [missed('cam', 40)])
  expect(state('cam')).toBe('unknown')
  for (const s of [50, 60, 70, 80, 95]) other.batch(s, [missed('cam', s)])
  expect(state('cam')).toBe('down')
  gateway.batch(100, [alive('cam', 100)])
  expect(state('cam')).toBe('down')
})

test('its new owner’s clock starts with the first batch under the list that names it', async () => {
  const { server, gateway, other, state } = await start()
  gateway.batch(10, [alive('cam', 10)])
  other.batch(500)
  await server.moveDevice('cam', 'other', at(500))
  other.batch(600, [missed('cam', 600)])
  expect(server.fleet.devices.get('cam')?.adopted).toBe(false)
  other.version = 2
  other.batch(610, [missed('cam', 610)])
  other.batch(650, [missed('cam', 650)])
  expect(state('cam')).toBe('suspect')
  other.batch(671, [missed('cam', 671)])
  expect(state('cam')).toBe('down')
})

test('what its new owner watched before it was told does not count, though nothing was sent since', async () => {
  const { server, gateway, other, state } = await start(60, true)
  gateway.batch(10, [spoke('cam', 10)])
  await server.moveDevice('cam', 'other', at(20))
  other.version = 2
  other.batch(55)
  other.batch(100)
  expect(state('cam')).toBe('unknown')
  other.batch(116)
  expect(state('cam')).toBe('down')
})

test('a gap from before a device came is not forgiven it after a restart', async () => {
  const { server, gateway, other } = await start()
  gateway.batch(10, [alive('cam', 10)])
  other.batch(20, [], { span: -1 })
  other.batch(30)
  await server.moveDevice('cam', 'other', at(40))
  other.version = 2
  other.batch(50, [alive('cam', 50)])
  requireSame(server.fleet, server.loaded())
})

test('a device moved away and back does not remember its first stay, also over a restart', async () => {
  const { server, gateway, state } = await start(60, true)
  gateway.batch(10, [spoke('cam', 10)])
  server.checkpoint(false)
  await server.moveDevice('cam', 'other', at(20))
  await server.moveDevice('cam', 'gw', at(30))
  gateway.batch(100)
  expect(state('cam')).toBe('unknown')
  server.crash()
  gateway.hello(101)
  gateway.batch(200)
  expect(server.fleet.devices.get('cam')?.adopted).toBe(false)
  expect(state('cam')).toBe('unknown')
})

test('a time measured on the old gateway’s clock holds nothing back on the new one', async () => {
  const { server, gateway, other, state } = await start()
  gateway.batch(10, [alive('cam', 10)])
  await server.moveDevice('cam', 'other', at(20))
  // The server died between the move and its last step.
  server.run("UPDATE device_state SET restarted_watched = 999999999 WHERE device_id = 'cam'")
  server.crash()
  other.hello(25)
  other.version = 2
  other.batch(30)
  for (const s of [40, 60, 80, 95]) other.batch(s, [missed('cam', s)])
  expect(state('cam')).toBe('down')
})

test('a gateway that does not take over a device in two minutes of watching is a fault, which ends when it does', async () => {
  const { server, other, state, openTickets } = await start()
  await server.moveDevice('cam', 'other', at(20))
  other.batch(30)
  other.batch(140)
  expect(openTickets()).toEqual([])
  server.crash()
  other.hello(141)
  other.batch(151)
  expect(openTickets()).toEqual(['cam|not_adopted'])
  expect(state('cam')).toBe('unknown')
  other.version = 2
  other.batch(160, [alive('cam', 160)])
  expect(openTickets()).toEqual([])
  expect(state('cam')).toBe('up')
})

test('after a restore, batches made under lists that nobody remembers do not count as watching', () => {
  const site = siteWith([{ id: 'bell', listenedOnly: true }])
  const { gateway, server } = site
  gateway.batch(10, [spoke('bell', 10)])
  server.backup()
  server.restore(2)
  server.crash()
  // Since the backup the bell had been moved away and back, under lists 2 and 3.
  gateway.hello(100, 30)
  Object.assign(gateway, { version: 2, generation: 1 })
  for (let s = 20; s <= 100; s += 20) gateway.batch(s)
  expect(site.state('bell')).toBe('up')
  Object.assign(gateway, { version: 1, generation: undefined })
  gateway.batch(105)
  gateway.batch(160, [spoke('bell', 160)])
  expect(site.state('bell')).toBe('up')
  gateway.batch(230)
  expect(site.state('bell')).toBe('down')
})
