import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const program = join(import.meta.dirname, '../../tooling/sum-results.mjs')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stillwatch-results-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

interface Sums {
  passed: number
  failed: number
  pending: number
}

function report({ passed, failed, pending }: Sums, files: object[] = []): void {
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: pending, numTodoTests: 0 }
  writeFileSync(join(folder, 'vitest.json'), JSON.stringify({ ...counts, testResults: files }))
}

const checked = (passed: number, failed: number) =>
  writeFileSync(join(folder, 'check.json'), JSON.stringify({ passed, failed, skipped: 0 }))

function sum(testsExit: number, checkExit: number): { lastLine: string | undefined; exit: number | null } {
  const done = spawnSync(process.execPath, [program, folder, String(testsExit), String(checkExit)], {
    encoding: 'utf8',
  })
  return { lastLine: done.stdout.trimEnd().split('\n').at(-1), exit: done.status }
}

describe('the last line of a CI run', () => {
  it('adds tests and checks', () => {
    report({ passed: 40, failed: 0, pending: 2 })
    checked(6, 0)
    expect(sum(0, 0)).toEqual({ lastLine: '46 passed, 0 failed, 2 skipped', exit: 0 })
  })

  it('fails with a failed check', () => {
    report({ passed: 40, failed: 0, pending: 0 })
    checked(5, 1)
    expect(sum(0, 1)).toEqual({ lastLine: '45 passed, 1 failed, 0 skipped', exit: 1 })
  })

  it('counts a test file that could not be loaded', () => {
    report({ passed: 3, failed: 1, pending: 0 }, [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{ status: 'failed' }] },
    ])
    checked(6, 0)
    expect(sum(1, 0)).toEqual({ lastLine: '9 passed, 2 failed, 0 skipped', exit: 1 })
  })

  it('never calls a run green that was stopped, never started or left a process behind', () => {
    expect(sum(124, 1)).toEqual({ lastLine: '0 passed, 2 failed, 0 skipped', exit: 1 })
    report({ passed: 40, failed: 0, pending: 0 })
    checked(6, 0)
    expect(sum(1, 0)).toEqual({ lastLine: '46 passed, 1 failed, 0 skipped', exit: 1 })
  })
})
