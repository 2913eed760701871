import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { checkClocks } from './clock-rule.ts'
import { checkImports } from './import-rules.ts'
import { aims, measureSizes, quantile } from './size-rule.ts'

/** `npm run check`: everything that can be said about the code without running it. Every check counts as one. */

const root = join(import.meta.dirname, '..')

interface Outcome {
  ok: boolean
  /** What a person reads; empty when there is nothing to say. */
  output: string
}

const checks: Record<string, () => Outcome | Promise<Outcome>> = {
  types: () => run('tsc', ['-p', '.']),
  'dashboard types': () =>
    existsSync(join(root, 'dashboard/tsconfig.json'))
      ? run('tsc', ['-p', 'dashboard'])
      : { ok: true, output: 'dashboard/tsconfig.json is not there yet.' },
  style: () => run('biome', ['check', '--error-on-warnings', '.']),
  'unused code': () => run('knip', ['--no-progress']),
  'import rules': importRules,
  'time from the clock': clocks,
  sizes,
}

function run(program: string, args: string[]): Outcome {
  const done = spawnSync(join(root, 'node_modules/.bin', program), args, { cwd: root, encoding: 'utf8' })
  if (done.error) return { ok: false, output: `${program} could not be started: ${done.error.message}` }
  return { ok: done.status === 0, output: done.status === 0 ? '' : `${done.stdout}${done.stderr}`.trim() }
}

async function importRules(): Promise<Outcome> {
  const report = await checkImports(root)
  const unseen = report.unseen.map((file) => `${file} was never read by the checker`)
  const problems = [...unseen, ...report.violations]
  return {
    ok: problems.length === 0 && report.read > 0,
    output: [`${report.read} of ${report.onDisk} files read`, ...problems].join('\n'),
  }
}

function clocks(): Outcome {
  const violations = checkClocks(root)
  return { ok: violations.length === 0, output: violations.join('\n') }
}

function sizes(): Outcome {
  const { files, functions, violations } = measureSizes(root)
  const figures =
    `files: median ${quantile(files, 0.5)} (aim ${aims.fileMedian}), p90 ${quantile(files, 0.9)} (aim ${aims.fileP90}); ` +
    `functions: median ${quantile(functions, 0.5)}, p90 ${quantile(functions, 0.9)} (aim ${aims.functionP90})`
  return { ok: violations.length === 0, output: [figures, ...violations].join('\n') }
}

let failed = 0
for (const [name, check] of Object.entries(checks)) {
  const outcome = await check()
  if (!outcome.ok) failed += 1
  console.log(`${outcome.ok ? 'ok    ' : 'FAILED'}  ${name}`)
  if (outcome.output) console.log(outcome.output.replace(/^/gm, '        '))
}

const resultsDir = process.env.STILLWATCH_RESULTS_DIR
const counts = { passed: Object.keys(checks).length - failed, failed, skipped: 0 }
if (resultsDir) writeFileSync(join(resultsDir, 'check.json'), JSON.stringify(counts))
process.exitCode = failed > 0 ? 1 : 0
