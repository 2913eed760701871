import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { formatLogLine, type LogRecord, parseLogLine } from './log-line.ts'

/** How long a child may take to end by itself. */
const GRACE_MS = 10_000

export interface Child {
  name: string
  /** The first log line whose sentence has the word `ready`; rejects when the child ends before. */
  ready: Promise<LogRecord>
  /** The exit code; 1 when a signal ended it. Never rejects. */
  ended: Promise<number>
  /** Asks it to end, insists after ten seconds, and answers its exit code. */
  stop(): Promise<number>
}

/** Starts one of our programs under the Node that runs us, prints what it logs in a form for people and hands each record on. */
export function startChild(
  name: string,
  command: readonly string[],
  env: Record<string, string>,
  hear: (record: LogRecord) => void = () => {},
): Child {
  const child = spawn(process.execPath, command, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: Ctrl+C reaches us alone, and one signal, not two, reaches the child.
    detached: true,
  })
  const ended = new Promise<number>((resolve) => {
    child.on('error', (error) => {
      console.log(`The ${name} could not be started: ${error.message}`)
      resolve(1)
    })
    child.on('close', (code) => resolve(code ?? 1))
  })
  const ready = new Promise<LogRecord>((resolve, reject) => {
    eachLine(child, (line) => {
      const record = parseLogLine(line)
      console.log(record ? formatLogLine(name, record) : `         ${name.padEnd(7)}  ${line}`)
      if (!record) return
      hear(record)
      if (/\bready\b/i.test(record.msg ?? '')) resolve(record)
    })
    ended.then((code) => reject(new Error(`The ${name} ended (exit code ${code}) before it was ready.`)))
  })
  return { name, ready, ended, stop: () => stopChild(child, ended) }
}

function eachLine(child: ChildProcess, take: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) if (stream) createInterface(stream).on('line', take)
}

async function stopChild(child: ChildProcess, ended: Promise<number>): Promise<number> {
  child.kill('SIGTERM')
  const insist = setTimeout(() => child.kill('SIGKILL'), GRACE_MS)
  const code = await ended
  clearTimeout(insist)
  return code
}
