import { expect, test } from 'vitest'
import { alive, at, missed, siteWith, spoke } from './plain-gateway.ts'

test('batches the gateway had to drop leave no time that counts as watched', () => {
  const { gateway, state, conditions } = siteWith([{ id: 'cam' }])
  gateway.batch(10, [alive('cam', 10)])
  // Batches 3 to 20 are gone, and with them what the camera answered until second 300.
  gateway.input('end', 15)
  gateway.seq = 20
  gateway.hash = undefined
  const { server } = gateway
  const hello = { v: 1, epoch: 1, oldest: 21, newest: 21, nonce: 'nonce-nonce', software: 'test' }
  const configVersion = { generation: 1, version: 1 }
  const body = Buffer.from(JSON.stringify({ ...hello, configVersion }))
  server.take([{ kind: 'hello', gatewayId: 'gw', body, receivedAt: at(300) }])
  gateway.batch(300, [missed('cam', 300)])
  expect(state('cam')).toBe('suspect')
  expect(conditions('cam')).toEqual([])
})

test('a batch that had to be put aside leaves no time that counts as watched', () => {
  const { gateway, state } = siteWith([{ id: 'bell', listenedOnly: true }])
  gateway.batch(10, [spoke('bell', 10)])
  gateway.batch(65, [spoke('bell', 65)], { span: -1 })
  gateway.batch(80)
  expect(state('bell')).toBe('up')
})

test('a watermark from the future vouches for nothing: what was said meanwhile had to be refused', () => {
  const { gateway, state } = siteWith([{ id: 'bell', listenedOnly: true }])
  gateway.batch(10, [spoke('bell', 10)])
  gateway.newSpan(1200)
  gateway.receivedS = 20
  for (const s of [1200, 1220, 1240, 1260, 1280, 1300]) gateway.batch(s, [spoke('bell', s)])
  gateway.beat(1310)
  expect(state('bell')).toBe('up')
})

test('no silence reaches back beyond signs of life that had to be refused because their time was in the future', () => {
  const { gateway, state } = siteWith([{ id: 'cam', windowS: 30 }])
  gateway.batch(10, [alive('cam', 10)])
  gateway.batch(30)
  gateway.newSpan(1200)
  gateway.receivedS = 35
  gateway.batch(1200, [alive('cam', 1200)])
  gateway.receivedS = undefined
  gateway.newSpan(40)
  gateway.batch(60, [missed('cam', 60)])
  expect(state('cam')).toBe('suspect')
  gateway.batch(75, [missed('cam', 75)])
  expect(state('cam')).toBe('down')
})

test('a span that goes on under a new epoch is not watched twice', () => {
  const { gateway, server, state } = siteWith([{ id: 'bell', listenedOnly: true, windowS: 600 }])
  for (let s = 0; s <= 540; s += 60) gateway.batch(s, [spoke('bell', s)])
  server.run("UPDATE gateway SET epoch = 2, last_applied = 0, last_hash = NULL WHERE id = 'gw'")
  server.crash()
  Object.assign(gateway, { epoch: 2, seq: 0, hash: undefined })
  gateway.hello(545)
  gateway.batch(550)
  gateway.batch(700)
  expect(state('bell')).toBe('up')
})

test('a device that is only listened to is listened to for ten minutes after a deaf ear before it is silent', () => {
  const { gateway, state } = siteWith([{ id: 'bell', listenedOnly: true, windowS: 3600 }])
  gateway.batch(10, [spoke('bell', 10)])
  gateway.newSpan(3590)
  gateway.spanStartS = 20
  gateway.held = [{ id: 'bell', sinceS: 20 }]
  gateway.batch(3600)
  gateway.held = []
  gateway.batch(3610)
  gateway.batch(7190)
  expect(state('bell')).toBe('up')
  gateway.newSpan(7200)
  gateway.held = [{ id: 'bell', sinceS: 7200 }]
  gateway.beat(9000)
  gateway.held = []
  gateway.beat(9010)
  gateway.beat(9010 + 120)
  expect(state('bell')).toBe('up')
  gateway.beat(9010 + 620)
  expect(state('bell')).toBe('down')
})

test('a device heard while its ear was deaf starts its window when the ear hears again', () => {
  const { gateway, state } = siteWith([{ id: 'bell', listenedOnly: true }])
  gateway.batch(10, [spoke('bell', 10)])
  gateway.held = [{ id: 'bell', sinceS: 20 }]
  gateway.batch(30, [spoke('bell', 25)])
  gateway.batch(300)
  gateway.held = []
  gateway.batch(310)
  gateway.batch(340)
  expect(state('bell')).toBe('up')
})

test('the recovery hold does not run out while nobody listens', () => {
  const { gateway, conditions } = siteWith([{ id: 'bell', listenedOnly: true, recoveryHoldS: 60 }])
  gateway.batch(10, [spoke('bell', 10)])
  gateway.batch(100)
  expect(conditions('bell')).toEqual(['silent'])
  gateway.batch(110, [spoke('bell', 110)])
  gateway.held = [{ id: 'bell', sinceS: 111 }]
  gateway.batch(300)
  gateway.newSpan(300)
  gateway.held = []
  gateway.batch(310)
  expect(conditions('bell')).toEqual(['silent'])
})

test('what a device said may be among what was lost: its window begins again after the gap', () => {
  const { gateway, state } = siteWith([{ id: 'cam' }])
  gateway.batch(10, [alive('cam', 10)])
  gateway.batch(30)
  gateway.batch(50, [alive('cam', 50)], { span: -1 })
  gateway.batch(60)
  for (const s of [80, 90, 105]) gateway.batch(s, [missed('cam', s)])
  expect(state('cam')).toBe('suspect')
  gateway.batch(121, [missed('cam', 121)])
  expect(state('cam')).toBe('down')
})

test('a gap proves nobody alive: an ancestor that was dead before it is still the cause', () => {
  const site = siteWith([
    { id: 'switch', windowS: 90 },
    { id: 'cam', dependsOn: ['switch'] },
  ])
  const { gateway } = site
  gateway.batch(10, [alive('switch', 10), alive('cam', 10)])
  gateway.batch(30, [missed('switch', 30), missed('cam', 30)])
  gateway.batch(40, [], { span: -1 })
  for (let s = 50; s <= 150; s += 10) gateway.batch(s, [missed('switch', s), missed('cam', s)])
  expect(site.state('cam')).toBe('unreachable')
  expect(site.openTickets()).toEqual(['gw|batches_refused', 'switch|silent'])
})
