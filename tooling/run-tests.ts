import { spawn, spawnSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { processesOf, runMark } from './leftovers.ts'

/**
 * Runs the tests: node tooling/run-tests.ts [peers|long|bench] [what vitest takes].
 * On Linux they run where only the loopback interface exists, so that no test can reach anybody; and a test that leaves
 * a process behind fails the run.
 */

const root = join(import.meta.dirname, '..')
const tiers = ['peers', 'long', 'bench'] as const
type Tier = (typeof tiers)[number]

/** What is worth hours: interleavings of everything that can go wrong, and processes killed at random. */
const longSuites = ['test/properties', 'test/chaos']

const insideMark = 'STILLWATCH_LOOPBACK_ONLY'

const args = process.argv.slice(2)
const tier = tiers.find((one) => one === args[0])
process.exitCode =
  process.env[insideMark] === undefined
    ? await withoutNetwork(args)
    : await runVitest(tier, tier ? args.slice(1) : args)

/** Starts this program again in a network namespace of its own, or goes on here where that is not permitted. */
async function withoutNetwork(own: readonly string[]): Promise<number> {
  const again = [process.execPath, import.meta.filename, ...own]
  const namespace = usableNamespace()
  if (!namespace) {
    console.log(
      'Tests run with the network on (no namespace permitted here); sockets to other machines are refused.',
    )
    return runToEnd(again, { [insideMark]: 'no' })
  }
  return runToEnd([...namespace, 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...again], {
    [insideMark]: 'yes',
  })
}

function usableNamespace(): string[] | undefined {
  if (process.platform !== 'linux') return undefined
  const asUser = ['--user', '--map-current-user', '--keep-caps']
  const command = ['unshare', '--net', ...(process.getuid?.() === 0 ? [] : asUser)]
  const [program = '', ...rest] = command
  const tried = spawnSync(program, [...rest, 'sh', '-c', 'ip link set lo up'], { stdio: 'ignore' })
  return tried.status === 0 ? command : undefined
}

async function runVitest(chosen: Tier | undefined, rest: readonly string[]): Promise<number> {
  const run = randomUUID()
  const resultsDir = process.env.STILLWATCH_RESULTS_DIR
  const reporters = resultsDir
    ? ['--reporter=default', '--reporter=json', `--outputFile.json=${join(resultsDir, 'vitest.json')}`]
    : []
  const status = await runToEnd(
    [
      join(root, 'node_modules/.bin/vitest'),
      'run',
      '--project',
      chosen === 'bench' ? 'bench' : 'tests',
      ...reporters,
      ...(chosen === 'long' && rest.length === 0 ? longSuites : rest),
    ],
    {
      [runMark]: run,
      ...(chosen === 'long' && { LONG: '1' }),
      ...(chosen === 'peers' && { STILLWATCH_PEERS: 'required' }),
    },
  )
  const leftovers = await processesOf(run)
  for (const { pid, command, file } of leftovers) {
    console.error(`Left running by ${file}: ${command} (pid ${pid}); ended now.`)
    process.kill(pid, 'SIGKILL')
  }
  return leftovers.length > 0 ? 1 : status
}

/** Runs a command with our input and output, hands our signals on, and answers its exit code. */
function runToEnd(command: readonly string[], env: Record<string, string>): Promise<number> {
  const [program = '', ...rest] = command
  const child = spawn(program, rest, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve(code ?? 1))
  })
}
