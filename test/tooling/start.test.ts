import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

/** `npm start` as its user meets it: the real server and the real gateway, in a data directory of their own. */

interface Started {
  child: ChildProcess
  /** Waits for a line that matches, among those printed already or still to come; rejects when it ends without one. */
  line(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<number | null>
}

let dataDir: string
let env: Record<string, string>
const running: Started[] = []

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'stillwatch-start-'))
  const [httpPort, mqttPort] = [await freePort(), await freePort()]
  env = {
    STILLWATCH_DATA_DIR: dataDir,
    STILLWATCH_HTTP_PORT: String(httpPort),
    STILLWATCH_MQTT_PORT: String(mqttPort),
  }
})
afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGTERM')
    await ended
  }
  rmSync(dataDir, { recursive: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

function start(): Started {
  const child = spawn(process.execPath, ['start.ts'], {
    cwd: join(import.meta.dirname, '../..'),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
  const lines: string[] = []
  const printed = createInterface(child.stdout)
  printed.on('line', (text) => lines.push(text))
  const line = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = (text: string) => {
        const match = pattern.exec(text)
        if (match) resolve(match)
      }
      for (const text of lines) look(text)
      printed.on('line', look)
      ended.then(() => reject(new Error(`Ended without ${pattern}:\n${lines.join('\n')}`)))
    })
  const started = { child, line, ended }
  running.push(started)
  return started
}

const gatewayPid = (parent: number | undefined): number => {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8')
    .trim()
    .split(' ')
    .map(Number)
  const isGateway = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('gateway/main.ts')
  return children.find(isGateway) ?? Number.NaN
}

describe('npm start', () => {
  it('brings up a page to sign in to with the printed password, and a gateway that has enrolled by itself', async () => {
    const first = start()
    const [, url] = await first.line(/^ {2}Page {5}(\S+)$/)
    const [, password] = await first.line(/^ {2}Sign in {2}admin, password (\S+) /)
    await first.line(/^ {2}Gateway {2}http/)

    const signedIn = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username: 'admin', password }),
    })
    expect(signedIn.ok).toBe(true)
    const { token } = (await signedIn.json()) as { token: string }
    const gateways = await fetch(`${url}/api/v1/gateways`, { headers: { authorization: `Bearer ${token}` } })
    expect(await gateways.json()).toMatchObject({ total: 1, items: [{ enrolmentPending: false }] })

    first.child.kill('SIGINT')
    await first.line(/^Stopping/)
    expect(await first.ended).toBe(0)

    const second = start()
    await second.line(/^ {2}Sign in {2}your own account/)
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
  })

  it.skipIf(process.platform !== 'linux')(
    'says so and stops the server when the gateway dies (needs Linux)',
    async () => {
      const { child, line, ended } = start()
      await line(/^ {2}Stop {5}/)
      process.kill(gatewayPid(child.pid), 'SIGKILL')
      await line(/^The gateway ended unexpectedly .*; stopping the rest\.$/)
      expect(await ended).toBe(1)
    },
  )

  it('ends with a failure when the server cannot start', async () => {
    env.STILLWATCH_HTTP_PORT = 'eighty'
    const { line, ended } = start()
    await line(/STILLWATCH_HTTP_PORT/)
    await line(/^The server ended unexpectedly/)
    expect(await ended).toBe(1)
  })
})
