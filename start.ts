/**
 * `npm start`: the server and a gateway beside it, talking over the loopback interface. Nothing else to type.
 * The server makes sure that a first site and a gateway exist and leaves a one-time code in the gateway's directory;
 * the gateway enrols with it once and knows itself from then on.
 */
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Child, startChild } from './tooling/child-process.ts'
import type { LogRecord } from './tooling/log-line.ts'

const gatewayDir = resolve(process.env.STILLWATCH_DATA_DIR ?? './data', 'gateway')
const programs = import.meta.dirname

const running: Child[] = []
let stopping: Promise<void> | undefined
let adminPassword: unknown

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (!stopping) console.log('Stopping ...')
    stopping ??= stopAll(0)
  })
}

try {
  await startBoth()
} catch (error) {
  if (!stopping) console.log(error instanceof Error ? error.message : String(error))
  stopping ??= stopAll(1)
}

async function startBoth(): Promise<void> {
  const server = start('server', [join(programs, 'server/main.ts')], { STILLWATCH_LOCAL_GATEWAY: gatewayDir })
  const { url } = await server.ready
  if (stopping) return
  if (typeof url !== 'string') throw new Error('The server is ready but did not log its url.')
  const gateway = start('gateway', [join(programs, 'gateway/main.ts'), ...gatewayArguments(url)], {})
  const gatewayReady = await gateway.ready
  if (!stopping) console.log(summary(url, gatewayReady.url))
}

/** Starts a child; should it end without being asked to, everything ends. */
function start(name: string, command: readonly string[], env: Record<string, string>): Child {
  const child = startChild(name, command, env, noticePassword)
  running.push(child)
  child.ended.then((code) => {
    if (stopping) return
    console.log(`The ${name} ended unexpectedly (exit code ${code}); stopping the rest.`)
    stopping = stopAll(1)
  })
  return child
}

/** The gateway first, so that it can still hand over what it holds. */
async function stopAll(exitCode: number): Promise<void> {
  process.exitCode = exitCode
  for (const child of running.toReversed()) if ((await child.stop()) !== 0) process.exitCode = 1
}

function gatewayArguments(serverUrl: string): string[] {
  // Any free port for its status page: a second gateway on this machine may have the usual one.
  const always = ['--data-dir', gatewayDir, '--status-port', '0']
  if (existsSync(join(gatewayDir, 'identity.json'))) return always
  return ['--server', serverUrl, '--enrol-file', join(gatewayDir, 'enrolment-code'), ...always]
}

function noticePassword(record: LogRecord): void {
  adminPassword ??= record.adminPassword
}

function summary(url: string, gatewayUrl: unknown): string {
  const signIn =
    typeof adminPassword === 'string'
      ? `admin, password ${adminPassword} (shown this once: note it or change it)`
      : 'your own account (the first one is admin)'
  return `\nStillwatch is running.\n\n  Page     ${url}\n  Sign in  ${signIn}\n  Gateway  ${gatewayUrl}\n  Stop     Ctrl+C\n`
}
