import { readFileSync } from 'node:fs'
import { join, matchesGlob } from 'node:path'
import { describe, expect, it } from 'vitest'
import { typescriptFiles } from '../../tooling/typescript-files.ts'
import config from '../../vitest.config.ts'
import { fuzzParameters, propertyParameters, propertyRuns, seed } from '../suites/counts.ts'
import { findPeer } from '../suites/peers.ts'

const root = join(import.meta.dirname, '../..')

describe('a test run', () => {
  it('includes every file that is named like a test or a bench, and every file that holds tests is named so', () => {
    const includes = (config.test?.projects ?? []).flatMap((project) =>
      typeof project === 'object' && 'test' in project ? (project.test?.include ?? []) : [],
    )
    const files = typescriptFiles(root)
    const holdsTests = files.filter((file) =>
      /^\s*(describe|it|test)(\.\w+)*\(/m.test(readFileSync(join(root, file), 'utf8')),
    )
    const named = files.filter((file) => /\.(test|bench)\.tsx?$/.test(file))
    const wanted = new Set([...named, ...holdsTests.filter((file) => !file.startsWith('test/suites/'))])
    const left = [...wanted].filter((file) => !includes.some((pattern) => matchesGlob(file, pattern)))
    expect(left).toEqual([])
    expect(named.length).toBeGreaterThan(5)
  })

  it('draws one seed, the same for every property of the run', () => {
    expect(seed).toBeGreaterThan(0)
    expect(propertyParameters().seed).toBe(Number(process.env.STILLWATCH_SEED))
    expect(fuzzParameters(0.5).seed).toBe(seed)
  })

  it('tries a share of the runs where a single case is slow, and at least one', () => {
    expect(propertyParameters(0.1).numRuns).toBe(Math.max(1, Math.round(propertyRuns / 10)))
    expect(propertyParameters(0.000_000_1).numRuns).toBe(1)
  })

  it('finds a peer program by its full path, or says that this machine does not have it', () => {
    const found = findPeer('snmpd')
    expect(found === undefined || found.endsWith('/snmpd')).toBe(true)
  })
})
