import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'

export interface PeerProcess {
  /** Ends it without a chance to say goodbye. */
  kill(): Promise<void>
  /** Resolves once it has printed a line that matches; lines that were already printed count. */
  says(pattern: RegExp): Promise<void>
}

/** Somebody else's program, killed when the test ends. */
export function startPeer(
  path: string,
  args: readonly string[],
  env: Record<string, string> = {},
): PeerProcess {
  const child = spawn(path, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  let heard = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    createInterface(stream).on('line', (line) => {
      lines.push(line)
      heard()
    })
  }
  const ended = endOf(child)
  const kill = async () => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  return {
    kill,
    async says(pattern) {
      const gone = ended.then(() =>
        Promise.reject(new Error(`${path} ended: ${lines.slice(-5).join(' | ')}`)),
      )
      gone.catch(() => {})
      while (!lines.some((line) => pattern.test(line))) {
        await Promise.race([
          gone,
          new Promise<void>((resolve) => {
            heard = resolve
          }),
        ])
      }
    },
  }
}

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close').catch(() => {})
}

/** Runs a program to its end and gives what it printed. */
export async function runPeer(path: string, args: readonly string[]): Promise<string> {
  const child = spawn(path, args, { env: { ...process.env, MIBS: '' }, stdio: ['ignore', 'pipe', 'pipe'] })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      printed += text
    })
  }
  await once(child, 'close')
  return printed
}

/** A port that was free a moment ago, for programs that cannot choose one themselves. */
export async function freePort(kind: 'udp' | 'tcp'): Promise<number> {
  if (kind === 'udp') {
    const socket = createSocket('udp4')
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address()
    await new Promise<void>((closed) => socket.close(() => closed()))
    return port
  }
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  await new Promise<void>((closed) => server.close(() => closed()))
  return typeof address === 'object' && address ? address.port : 0
}
