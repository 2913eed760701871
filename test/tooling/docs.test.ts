import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { environment } from '../../server/config.ts'
import { errorsPage } from '../../tooling/errors-page.ts'

const root = join(import.meta.dirname, '../..')
const read = (file: string): string => readFileSync(join(root, file), 'utf8')

interface Manifest {
  workspaces?: string[]
  scripts?: Record<string, string>
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}
const manifest = (file: string) => JSON.parse(read(file)) as Manifest
const top = manifest('package.json')
const manifests = [top, ...(top.workspaces ?? []).map((workspace) => manifest(`${workspace}/package.json`))]

const pages = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]

describe('the documentation', () => {
  it('lists every error exactly as the contract has it (node tooling/errors-page.ts writes it)', () => {
    expect(read('docs/errors.md')).toBe(errorsPage())
  })

  it('gives every dependency one line, and no line to anything else', () => {
    const wanted = manifests
      .flatMap((one) => Object.keys({ ...one.dependencies, ...one.devDependencies }))
      .filter((name) => !name.startsWith('@stillwatch/'))
    const lines = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \|/gm)].map((match) => match[1])
    expect(lines.toSorted()).toEqual([...new Set(wanted)].sort())
  })

  it('lists every environment variable the server reads', () => {
    const listed = [...read('docs/operations.md').matchAll(/^\| `(STILLWATCH_[A-Z_]+)` \|/gm)].map(
      (match) => match[1],
    )
    expect(listed.toSorted()).toEqual(Object.keys(environment).sort())
  })

  it('lists every decision', () => {
    const files = readdirSync(join(root, 'docs/adr')).filter((file) => /^\d{3}-/.test(file))
    const listed = [...read('docs/adr/README.md').matchAll(/\]\((\d{3}-[^)]+)\)/g)].map((match) => match[1])
    expect(listed).toEqual(files.sort())
  })

  it('links only to files that are there', () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page} → ${target}`),
    )
    expect(broken).toEqual([])
  })

  it('names only npm commands that exist', () => {
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npm run ([a-z:]+)/g)].map((match) => match[1] ?? ''),
    )
    expect(named.length).toBeGreaterThan(5)
    expect(named.filter((name) => !(name in (top.scripts ?? {})))).toEqual([])
  })

  it('pins every dependency to an exact version', () => {
    const versions = manifests.flatMap((one) =>
      Object.entries({ ...one.dependencies, ...one.devDependencies }),
    )
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([])
  })
})
