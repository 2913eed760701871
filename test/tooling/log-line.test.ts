import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatLogLine, parseLogLine } from '../../tooling/log-line.ts'
import { fuzzParameters } from '../suites/counts.ts'

const time = new Date(2026, 0, 2, 10, 41, 7).getTime()

describe('a log line as npm start shows it', () => {
  it('gives the time, who speaks, the sentence and then the figures', () => {
    const record = {
      level: 30,
      time,
      pid: 7,
      hostname: 'box',
      name: 'gateway',
      msg: 'enrolled',
      devices: 12,
      site: 'Main St',
    }
    expect(formatLogLine('gateway', record)).toBe('10:41:07 gateway  enrolled  devices=12 site="Main St"')
  })

  it('says loudly what is a warning or an error, with the message of the error', () => {
    const record = {
      level: 50,
      time,
      msg: 'the database cannot be opened',
      err: { type: 'Error', message: 'disk full' },
    }
    expect(formatLogLine('server', record)).toBe(
      '10:41:07 server   ERROR the database cannot be opened  err="disk full"',
    )
    expect(formatLogLine('server', { level: 40, time, msg: 'slow' })).toBe('10:41:07 server   WARNING slow')
  })

  it('shows the generated password: the start may fail after it was made, and nobody else knows it', () => {
    expect(formatLogLine('server', { time, msg: 'made admin', adminPassword: 'correct-horse' })).toContain(
      'adminPassword=correct-horse',
    )
  })

  it('takes anything a child may print', () => {
    expect(parseLogLine('(node:7) Warning: something')).toBeUndefined()
    const anyLine = fc.oneof(
      fc.string(),
      fc.json(),
      fc.object().map((object) => JSON.stringify(object)),
    )
    fc.assert(
      fc.property(anyLine, (line) => {
        const record = parseLogLine(line)
        if (record) expect(formatLogLine('server', record)).toMatch(/server/)
      }),
      fuzzParameters(0.1),
    )
  })
})
