import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { limits, measureSizes, quantile } from '../../tooling/size-rule.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stillwatch-sizes-'))
})
afterEach(() => rmSync(root, { recursive: true }))

function write(path: string, lines: readonly string[]): void {
  mkdirSync(join(root, dirname(path)), { recursive: true })
  writeFileSync(join(root, path), `${lines.join('\n')}\n`)
}

const filler = (count: number): string[] =>
  Array.from({ length: count }, (_, line) => `  let v${line} = ${line}`)
const functionOf = (lines: number, head = 'function long() {', foot = '}') => [
  head,
  ...filler(lines - 2),
  foot,
]

describe('the size rule', () => {
  it('lets a file and a function of exactly the limit pass', () => {
    write('server/room.ts', [...functionOf(limits.function), ...filler(limits.file - limits.function)])
    expect(measureSizes(root).violations).toEqual([])
  })

  it('refuses a file one line over', () => {
    write('server/room.ts', filler(limits.file + 1))
    expect(measureSizes(root).violations).toEqual(['server/room.ts has 501 lines; the limit is 500.'])
  })

  it.each([
    ['a function', functionOf(81), 'long'],
    ['an arrow function', functionOf(81, 'const long = () => {'), 'long'],
    ['a method', ['class Room {', ...functionOf(81, 'long() {'), '}'], 'long'],
    ['a callback', functionOf(81, 'queue.push(() => {', '})'), 'the function at line 1'],
    ['a single test', functionOf(81, "it('does much', () => {", '})'), 'the function at line 1'],
  ])('refuses %s one line over, by name', (_, lines, name) => {
    write('server/room.ts', lines)
    expect(measureSizes(root).violations).toEqual([`server/room.ts: ${name} has 81 lines; the limit is 80.`])
  })

  it('does not take a describe block for a function', () => {
    write('test/room.test.ts', functionOf(200, "describe.skipIf(false)('a room', () => {", '})'))
    expect(measureSizes(root).violations).toEqual([])
  })

  it('allows a page component of the dashboard 120 lines', () => {
    write('dashboard/pages/devices/devices.tsx', functionOf(120))
    write('dashboard/parts/list.tsx', functionOf(120))
    expect(measureSizes(root).violations).toEqual([
      'dashboard/parts/list.tsx: long has 120 lines; the limit is 80.',
    ])
  })

  it('tells the value below which a share of the files lies', () => {
    const measured = [50, 10, 20, 40, 30].map((lines) => ({ path: '', name: '', lines }))
    expect(quantile(measured, 0.5)).toBe(30)
    expect(quantile(measured, 0.9)).toBe(50)
    expect(quantile([], 0.5)).toBe(0)
  })
})
