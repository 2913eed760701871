import { expect, test } from 'vitest'
import { conditionCodes } from '../../../contract/health.ts'
import { titleOf } from '../../../server/tickets/titles.ts'

const miss = (reason: string, check = 'snmp') => ({ check, reason }) as Parameters<typeof titleOf>[2]

test.each([
  [miss('timeout'), 'UPS-1 is silent: no SNMP answer'],
  [miss('connection_refused', 'tcp'), 'UPS-1 is silent: connection refused (tcp)'],
  [miss('reported_offline', 'mqtt'), 'UPS-1 is silent: reported offline'],
  [null, 'UPS-1 is silent: no message'],
])('a silent device’s ticket says what came back: %o', (last, title) => {
  expect(titleOf('silent', 'UPS-1', last).text).toBe(title)
})

test('every fault with a ticket has a title of its own, and any other at least its code', () => {
  for (const code of Object.keys(conditionCodes)) {
    const { key, text } = titleOf(code, 'UPS-1')
    expect(text).toContain('UPS-1')
    expect(key).not.toBe('title.other')
  }
  expect(titleOf('temperature_high', 'UPS-1').text).toContain('temperature')
})
