import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkImports, importRules } from '../../tooling/import-rules.ts'

const roots: string[] = []
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true })
})

/** A small tree that keeps every rule, shaped like ours. */
const cleanTree: Record<string, string> = {
  'contract/package.json':
    '{ "name": "@stillwatch/contract", "type": "module", "exports": { "./*": "./*" } }',
  'contract/road.ts': 'export interface Batch { seq: number }',
  'contract/time.ts':
    "import type { Batch } from './road.ts'\nexport const seqOf = (batch: Batch) => batch.seq",
  'gateway/drivers/driver.ts': 'export interface Driver { close(): void }',
  'gateway/drivers/tcp/driver.ts':
    "import type { Batch } from '@stillwatch/contract/road.ts'\nimport type { Driver } from '../driver.ts'\nexport const open = (_: Batch): Driver => ({ close() {} })",
  'gateway/drivers/snmp/driver.ts': 'export const open = 1',
  'gateway/main.ts': "import './drivers/tcp/driver.ts'",
  'server/health/evaluate.ts': 'export const evaluate = () => 1',
  'server/tickets/decide.ts': 'export const decide = () => 1',
  'server/tickets/routes.ts':
    "import { evaluate } from '../health/evaluate.ts'\nexport const routes = evaluate",
  'server/road.ts': "import './health/evaluate.ts'\nimport './tickets/decide.ts'",
  'server/main.ts': "import './road.ts'",
  'dashboard/main.tsx':
    "import type { Batch } from '@stillwatch/contract/road.ts'\nexport type Shown = Batch",
  'test/road.test.ts': "import '../server/road.ts'\nimport '../gateway/drivers/tcp/driver.ts'",
}

function plant(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'stillwatch-imports-'))
  roots.push(root)
  for (const [path, text] of Object.entries({ ...cleanTree, ...files })) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  mkdirSync(join(root, 'node_modules/@stillwatch'), { recursive: true })
  symlinkSync('../../contract', join(root, 'node_modules/@stillwatch/contract'))
  mkdirSync(join(root, 'node_modules/pino'))
  writeFileSync(join(root, 'node_modules/pino/package.json'), '{ "name": "pino", "main": "pino.js" }')
  writeFileSync(join(root, 'node_modules/pino/pino.js'), '')
  return root
}

/** For every rule, one file that breaks it. */
const planted: Record<string, Record<string, string>> = {
  'no-cycles': {
    'contract/road.ts':
      "import type { seqOf } from './time.ts'\nexport interface Batch { seq: number; of: typeof seqOf }",
  },
  resolvable: { 'server/road.ts': "import './nowhere.ts'" },
  'contract-stands-alone': {
    'contract/time.ts': "import { readFileSync } from 'node:fs'\nexport const read = readFileSync",
  },
  'rooms-meet-in-the-contract': {
    'server/road.ts': "import type { Driver } from '../gateway/drivers/driver.ts'\nexport type D = Driver",
  },
  'nobody-imports-test': { 'server/road.ts': "import '../test/road.test.ts'" },
  'nobody-imports-main': { 'test/road.test.ts': "import '../server/main.ts'" },
  'server-rooms-are-siblings': {
    'server/tickets/tickets.ts':
      "import { evaluate } from '../health/evaluate.ts'\nexport const e = evaluate",
  },
  'server-rooms-do-not-look-up': { 'server/tickets/tickets.ts': "import '../road.ts'" },
  'a-driver-stands-alone': {
    'gateway/drivers/tcp/client.ts': "import { open } from '../snmp/driver.ts'\nexport const o = open",
  },
  'deciding-is-pure': {
    'server/tickets/decide.ts': "import { DatabaseSync } from 'node:sqlite'\nexport const d = DatabaseSync",
  },
  'the-dashboard-runs-in-a-browser': {
    'dashboard/data.ts': "import { join } from 'node:path'\nexport const j = join",
  },
}

describe('the import checker', () => {
  it('finds nothing wrong in a tree that keeps the rules, and says how much of it was read', async () => {
    const root = plant({})
    const report = await checkImports(root)
    expect(report.violations).toEqual([])
    expect(report.unseen).toEqual([])
    expect(report.read).toBe(Object.keys(cleanTree).length - 1)
  })

  it('has a planted violation for every one of its rules', () => {
    expect(Object.keys(planted).sort()).toEqual(importRules.map((rule) => rule.name).sort())
  })

  it.each(Object.entries(planted))('sees a violation of %s', async (rule, files) => {
    const report = await checkImports(plant(files))
    expect(report.violations.map((sentence) => sentence.split(':')[0])).toContain(rule)
  })

  it('sees a logger in a deciding file, also when only its type is imported', async () => {
    const files = { 'server/health/silence.ts': "import type { Logger } from 'pino'\nexport type L = Logger" }
    const report = await checkImports(plant(files))
    expect(report.violations).toEqual([expect.stringContaining('deciding-is-pure')])
  })
})
