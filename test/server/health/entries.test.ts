import { expect, test } from 'vitest'
import { alive, at, missed, PlainGateway, siteWith } from '../road/plain-gateway.ts'

const refusedOf = (site: ReturnType<typeof siteWith>, id = 'gw') =>
  site.server.fleet.gateways.get(id)?.refused

const bad: [string, unknown][] = [
  ['schema', { id: 'cam', t: at(10), samples: { rtt_ms: null } }],
  ['schema', { id: 'cam', t: at(10), samples: { 'no such metric!': 1 } }],
  ['schema', 'nonsense'],
  ['unknown_device', alive('nobody', 10)],
  ['foreign_device', alive('theirs', 10)],
  ['future', alive('cam', 10 + 301)],
  ['future', { ...alive('cam', 10), evidenceAt: at(1000) }],
  ['too_old', alive('cam', -400 * 86_400)],
]

test.each(bad)('an entry refused as %s costs itself and nothing else, and is counted', (reason, entry) => {
  const site = siteWith([{ id: 'cam' }, { id: 'door' }, { id: 'theirs', gatewayId: 'other' }], ['other'])
  site.gateway.batch(10, [entry, alive('door', 10)])
  expect(refusedOf(site)).toEqual({ [reason]: 1 })
  expect(site.state('door')).toBe('up')
  expect(site.server.fleet.devices.get('cam')?.evidenceAt).toBeNull()
  expect(site.server.fleet.devices.get('theirs')?.evidenceAt).toBeNull()
  expect(site.conditions('gw')).toEqual([])
})

test('a batch that cannot be read costs its content and no more: its number is used up and the next one follows', () => {
  const site = siteWith([{ id: 'cam' }])
  site.gateway.batch(10, [alive('cam', 10)], { devices: 'all of them' })
  site.gateway.batch(20, [alive('cam', 20)])
  expect(site.state('cam')).toBe('up')
  expect(site.server.fleet.gateways.get('gw')).toMatchObject({ lastApplied: 3, link: 'connected' })
  expect(site.server.all('SELECT seq FROM quarantine')).toEqual([{ seq: 2 }])
  expect(refusedOf(site)).toEqual({ quarantined: 1 })
})

test('a batch in another gateway’s name is put aside', () => {
  const site = siteWith([{ id: 'cam' }])
  site.gateway.batch(10, [alive('cam', 10)], { gatewayId: 'other' })
  expect(site.state('cam')).toBe('unknown')
  expect(refusedOf(site)).toEqual({ quarantined: 1 })
})

test('a number from the past is acknowledged and dropped, one from the future is asked for again', () => {
  const site = siteWith([{ id: 'cam' }])
  site.gateway.batch(10, [alive('cam', 10)])
  site.gateway.seq = 0
  site.gateway.batch(20, [missed('cam', 20)])
  expect(site.state('cam')).toBe('up')
  site.gateway.seq = 6
  site.gateway.batch(30, [missed('cam', 30)])
  expect(site.state('cam')).toBe('up')
  expect(site.server.fleet.gateways.get('gw')?.lastApplied).toBe(2)
})

test('a site without devices is connected, lost and found like any other', () => {
  const site = siteWith([], ['other'])
  const other = new PlainGateway(site.server, 'other')
  other.hello(0)
  other.batch(10)
  other.input('lost', 50)
  expect(site.openTickets()).toEqual(['other|gateway_lost'])
  other.hello(60)
  other.batch(70)
  other.batch(110)
  expect(site.openTickets()).toEqual([])
})
