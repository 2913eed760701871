import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import { type LogRecord, parseLogLine } from '../../tooling/log-line.ts'
import { ADMIN_PASSWORD } from '../road/api-client.ts'

const root = join(import.meta.dirname, '../..')
const LAST_LINES = 20
/** Linux counts processor time of a process in ticks of this length (USER_HZ). */
const TICK_MS = 10

export interface Program {
  pid: number
  /** The figures of its log line that says `ready`. */
  ready: LogRecord
  /** Ends it without a chance to say goodbye. */
  kill(): Promise<void>
  /** Asks it to end, as a service manager would. */
  stop(): Promise<void>
  /** User and system time it has used so far. Linux only. */
  cpuMs(): number
  rssBytes(): number
}

/** One of our own programs in a process of its own, as its user starts it; gone when the test ends. Resolves when it is ready. */
async function startProgram(command: readonly string[], env: Record<string, string>): Promise<Program> {
  const child = spawn(process.execPath, command, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const ended = once(child, 'close')
  const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
    child.kill(signal)
    await ended
  }
  onTestFinished(() => end('SIGKILL'))
  const lines: string[] = []
  const ready = new Promise<LogRecord>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lines.push(line)
        if (lines.length > LAST_LINES) lines.shift()
        const record = parseLogLine(line)
        if (record?.msg && /\bready\b/.test(record.msg)) resolve(record)
      })
    }
    ended.then(() => reject(new Error(`${command[0]} ended before it was ready:\n${lines.join('\n')}`)))
  })
  const pid = child.pid ?? 0
  return {
    pid,
    ready: await ready,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    cpuMs: () => cpuMsOf(pid),
    rssBytes: () => rssBytesOf(pid),
  }
}

/** Fields 14 and 15 of /proc/PID/stat; the second field, the name in brackets, may itself hold spaces. */
function cpuMsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

function rssBytesOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kib) * 1024
}

/** The server on free ports of this machine, its data in `dataDir`; `nodeArgs` go to Node itself. */
export function startServerProgram(dataDir: string, nodeArgs: readonly string[] = []): Promise<Program> {
  return startProgram([...nodeArgs, 'server/main.ts'], {
    STILLWATCH_HTTP_PORT: '0',
    STILLWATCH_MQTT_PORT: '0',
    STILLWATCH_DATA_DIR: dataDir,
    STILLWATCH_ADMIN_PASSWORD: ADMIN_PASSWORD,
  })
}

/** A gateway that enrols with this code at this server. */
export function startGatewayProgram(
  dataDir: string,
  { server, code }: { server: string; code: string },
): Promise<Program> {
  return startProgram(
    ['gateway/main.ts', '--server', server, '--enrol', code, '--data-dir', dataDir, '--status-port', '0'],
    {},
  )
}
