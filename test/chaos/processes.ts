import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

const root = join(import.meta.dirname, '../..')

interface LogLine {
  msg?: string
  url?: string
  mqttPort?: number
}

/** One of our programs, as its supervisor would run it: started again after every end, however it came. */
export class Supervised {
  readonly #args: readonly string[]
  readonly #env: Readonly<Record<string, string>>
  #child: ChildProcess | undefined
  /** What it printed since its last start, for a test that fails. */
  #printed: string[] = []

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.#args = args
    this.#env = env
    onTestFinished(() => this.kill())
  }

  /** Resolves with the line that says it is ready. */
  async start(moreArgs: readonly string[] = []): Promise<LogLine> {
    const child = spawn(process.execPath, [...this.#args, ...moreArgs], {
      cwd: root,
      env: { ...process.env, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    this.#printed = []
    const ready = new Promise<LogLine>((resolve) => {
      for (const stream of [child.stdout, child.stderr]) {
        createInterface(stream).on('line', (line) => {
          this.#printed.push(line)
          const said = parsed(line)
          if (said && /\bready\b/i.test(said.msg ?? '')) resolve(said)
        })
      }
    })
    const ended = once(child, 'close').then(() => {
      throw new Error(`It ended before it was ready:\n${this.#printed.join('\n')}`)
    })
    ended.catch(() => undefined)
    return Promise.race([ready, ended])
  }

  /** `kill -9`: no chance to write anything down. */
  async kill(): Promise<void> {
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL')
    await once(child, 'close')
  }
}

function parsed(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine
  } catch {
    return undefined
  }
}
