import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'

const root = join(import.meta.dirname, '../..')

test('the bundle is one file that starts where nothing is installed', () => {
  const built = join(temporaryDirectory(), 'built.mjs')
  const building = spawnSync(process.execPath, ['gateway/bundle.ts', built], { cwd: root, encoding: 'utf8' })
  expect(building.stderr).toBe('')
  const alone = temporaryDirectory()
  copyFileSync(built, join(alone, 'gateway.mjs'))
  const run = (...args: string[]) =>
    spawnSync(process.execPath, ['gateway.mjs', ...args], { cwd: alone, encoding: 'utf8', env: {} })

  expect(run('--help')).toMatchObject({ status: 0, stderr: '' })
  expect(run('--help').stdout).toContain('Usage: stillwatch-gateway')
  const wrong = run('--status-port', 'x')
  expect(wrong.status).toBe(1)
  expect(wrong.stderr).toContain('--data-dir is missing')
  expect(wrong.stderr).toContain('--status-port must be a whole number')
  expect(existsSync(join(alone, 'data'))).toBe(false)
})
