import { expect, test } from 'vitest'
import { at, siteWith, spoke } from './plain-gateway.ts'

test('a silence found in a commit that failed is found again', () => {
  const { gateway, server, state, openTickets } = siteWith([{ id: 'bell', listenedOnly: true }])
  gateway.batch(10, [spoke('bell', 10)])
  server.groupFailures = 1
  const watch = { span: 1, spanStart: at(0) }
  const beat = (s: number) => ({
    kind: 'beat' as const,
    gatewayId: 'gw',
    body: Buffer.from(
      JSON.stringify({ v: 1, epoch: 1, afterSeq: gateway.seq, ...watch, through: at(s), held: [] }),
    ),
    receivedAt: at(s),
  })
  server.take([beat(71), beat(72)])
  expect(server.groupFailures).toBe(0)
  expect(state('bell')).toBe('down')
  expect(openTickets()).toEqual(['bell|silent'])
})

test('a batch whose commit fails even alone is put aside, and the road goes on', () => {
  const { gateway, server, state, conditions } = siteWith([{ id: 'bell', listenedOnly: true }])
  server.failures = 1
  gateway.batch(10, [spoke('bell', 10)])
  expect(state('bell')).toBe('unknown')
  expect(conditions('gw')).toEqual(['batches_refused'])
  gateway.batch(20, [spoke('bell', 20)])
  expect(state('bell')).toBe('up')
})
