import { expect, test } from 'vitest'
import { at, siteWith } from '../road/plain-gateway.ts'

const said = (s: number, kind: string, data: Record<string, string | number> = {}) => ({
  id: 'gw',
  t: at(s),
  events: [{ kind, at: at(s), data }],
})

test('data a gateway had to drop is a gap that shows for ten minutes after the last of it, without a ticket', () => {
  const { gateway, server, conditions, openTickets } = siteWith([{ id: 'cam' }])
  const detail = 'the gateway had no room for what it could not send: 100 batches were dropped so far'
  gateway.batch(10, [said(10, 'data_dropped', { detail, batches: 100 })])
  gateway.batch(300, [said(300, 'data_dropped', { detail, batches: 100 })])
  expect(conditions('gw')).toEqual(['data_gap'])
  expect(openTickets()).toEqual([])
  expect(server.all("SELECT since, evidence FROM condition WHERE code = 'data_gap'")).toEqual([
    { since: at(10), evidence: expect.stringContaining('100') },
  ])
  gateway.batch(890)
  expect(conditions('gw')).toEqual(['data_gap'])
  gateway.batch(900)
  expect(conditions('gw')).toEqual([])
})

test('what a gateway says of itself that is no trouble raises nothing', () => {
  const { gateway, conditions, openTickets } = siteWith([{ id: 'cam' }])
  gateway.batch(10, [said(10, 'clock_corrected', { by_ms: 3_600_000 }), said(10, 'something_newer')])
  expect(conditions('gw')).toEqual([])
  expect(openTickets()).toEqual([])
})
