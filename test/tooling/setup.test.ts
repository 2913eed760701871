import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** setup.mjs in a small tree of its own; npm is the outside world, so a fake one stands in and keeps count. */

const manifest = {
  name: 'planted',
  version: '1.0.0',
  workspaces: ['contract'],
  scripts: { start: 'node start.ts' },
  devDependencies: { node: '24.0.0', esbuild: '0.1.0' },
}

const fakeNpm = `
import { appendFileSync, chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
appendFileSync('npm-calls', process.argv.slice(2, 4).join(' ') + '\\n')
if (process.env.FAKE_NPM === 'offline') {
  console.error('npm error code EAI_AGAIN\\nnpm error request to https://registry.npmjs.org/ failed')
  process.exit(1)
}
rmSync('node_modules', { recursive: true, force: true })
mkdirSync('node_modules/node/bin', { recursive: true })
mkdirSync('node_modules/.bin', { recursive: true })
const answer = (file, text) => { writeFileSync(file, '#!/bin/sh\\necho ' + text + '\\n'); chmodSync(file, 0o755) }
if (process.env.FAKE_NPM !== 'without scripts') answer('node_modules/node/bin/node', 'v24.0.0')
answer('node_modules/.bin/esbuild', '0.1.0')
`

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'stillwatch-setup-'))
  cpSync(join(import.meta.dirname, '../../setup.mjs'), join(root, 'setup.mjs'))
  mkdirSync(join(root, 'contract'))
  mkdirSync(join(root, 'npm'))
  write('npm/npm-cli.mjs', fakeNpm)
  write('package.json', JSON.stringify(manifest))
  write('contract/package.json', JSON.stringify({ name: 'contract', dependencies: { typebox: '1.0.0' } }))
  write('package-lock.json', '{}')
})
afterEach(() => rmSync(root, { recursive: true }))

const write = (file: string, text: string) => writeFileSync(join(root, file), text)

function setup(npmMood = ''): { exit: number | null; said: string } {
  const done = spawnSync(process.execPath, ['setup.mjs'], {
    cwd: root,
    encoding: 'utf8',
    env: {
      PATH: process.env.PATH,
      npm_execpath: join(root, 'npm/npm-cli.mjs'),
      npm_node_execpath: process.execPath,
      FAKE_NPM: npmMood,
    },
  })
  return { exit: done.status, said: done.stderr }
}

const npmCalls = (): string[] =>
  existsSync(join(root, 'npm-calls')) ? readFileSync(join(root, 'npm-calls'), 'utf8').trim().split('\n') : []

describe('setup', () => {
  it('installs once, development packages included, and not again', () => {
    expect(setup().exit).toBe(0)
    expect(setup().exit).toBe(0)
    expect(npmCalls()).toEqual(['ci --include=dev'])
  })

  it('installs again after a change of the lock file or of what a workspace needs', () => {
    setup()
    write('package-lock.json', '{ "lockfileVersion": 3 }')
    setup()
    write('contract/package.json', JSON.stringify({ name: 'contract', dependencies: { typebox: '2.0.0' } }))
    setup()
    expect(npmCalls()).toHaveLength(3)
  })

  it('does not install again because a script was edited', () => {
    setup()
    write('package.json', JSON.stringify({ ...manifest, scripts: { start: 'node other.ts' } }))
    setup()
    expect(npmCalls()).toHaveLength(1)
  })

  it('installs again when the pinned Node was deleted', () => {
    setup()
    rmSync(join(root, 'node_modules/node'), { recursive: true })
    setup()
    expect(npmCalls()).toHaveLength(2)
  })

  it('says what to do when packages are missing and the registry cannot be reached', () => {
    const { exit, said } = setup('offline')
    expect(exit).toBe(1)
    expect(said).toMatch(/cannot reach its registry \(EAI_AGAIN\).*run the same command again/)
  })

  it('needs no registry once everything is there', () => {
    setup()
    expect(setup('offline').exit).toBe(0)
  })

  it('does not call a tree ready whose install scripts were not run', () => {
    const { exit, said } = setup('without scripts')
    expect(exit).toBe(1)
    expect(said).toMatch(/node_modules\/node\/bin\/node does not run as v24\.0\.0.*allowScripts/)
    setup()
    expect(npmCalls()).toHaveLength(2)
  })
})
