import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { checkClocks } from '../../tooling/clock-rule.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stillwatch-clocks-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, text: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), text)
}

describe('the clock rule', () => {
  it.each([
    ['Date.now', 'const t = Date.now()'],
    ['performance.now', 'const t = performance.now()'],
    ['setTimeout', "import { setTimeout } from 'node:timers/promises'\nawait setTimeout(5)"],
    ['setInterval', 'globalThis.setInterval(tick, 5)'],
    ['new Date without a time', 'const t = new Date()'],
  ])('sees %s in a room', (name, text) => {
    write('server/ingest/broker.ts', text)
    expect(checkClocks(root)).toEqual([expect.stringContaining(`calls ${name}; time comes from the Clock.`)])
  })

  it('lets a main.ts make the clock, tests and tooling do as they like, and a stored time be read', () => {
    write('server/main.ts', 'const t = Date.now()')
    write('contract/time.ts', 'const t = Date.now()')
    write('test/road.test.ts', 'const t = Date.now()')
    write('server/devices/detail.ts', '// Date.now() would be wrong here\nconst t = new Date(row.at)')
    expect(checkClocks(root)).toEqual([])
  })

  it('sees dice where something is decided, and only there', () => {
    write('server/health/judge.ts', 'const id = crypto.randomUUID()')
    write('server/devices/create.ts', 'const id = crypto.randomUUID()')
    expect(checkClocks(root)).toEqual([
      'server/health/judge.ts:1 calls randomUUID; what decides leaves nothing to chance.',
    ])
  })
})
