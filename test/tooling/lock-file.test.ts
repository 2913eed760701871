import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

interface Entry {
  optionalDependencies?: Record<string, string>
}

const lockFile = join(import.meta.dirname, '../../package-lock.json')
const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as { packages: Record<string, Entry> }

describe('the lock file', () => {
  it('names the packages of every platform, or npm ci refuses it (mended by tooling/complete-lock.mjs)', () => {
    const missing = Object.entries(packages).flatMap(([place, entry]) =>
      Object.keys(entry.optionalDependencies ?? {}).filter(
        (name) => !packages[`node_modules/${name}`] && !packages[`${place}/node_modules/${name}`],
      ),
    )
    expect(missing).toEqual([])
    expect(Object.keys(packages).length).toBeGreaterThan(100)
  })
})
