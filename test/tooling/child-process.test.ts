import { afterEach, describe, expect, it } from 'vitest'
import { type Child, startChild } from '../../tooling/child-process.ts'

const children: Child[] = []
afterEach(() => Promise.all(children.splice(0).map((child) => child.stop())))

function start(program: string): Child {
  const child = startChild('server', ['-e', program], {})
  children.push(child)
  return child
}

const logs = (record: object) => `console.log(${JSON.stringify(JSON.stringify(record))})`
const staysUp = 'setInterval(() => {}, 1000)'

describe('a child of npm start', () => {
  it('is ready when it says so, and hands on what it logged with it', async () => {
    const child = start(
      `${logs({ msg: 'starting' })};${logs({ msg: 'server ready', url: 'http://127.0.0.1:1' })};${staysUp}`,
    )
    expect(await child.ready).toMatchObject({ url: 'http://127.0.0.1:1' })
  })

  it('is not ready because something is already so', async () => {
    const taken = { msg: 'listen EADDRINUSE: address already in use' }
    await expect(start(`${logs(taken)};process.exitCode = 1`).ready).rejects.toThrow('before it was ready')
  })

  it.skipIf(process.platform !== 'linux')(
    'does not get the Ctrl+C of our terminal beside our own signal',
    async () => {
      const processGroup = "require('node:fs').readFileSync('/proc/self/stat', 'utf8').split(' ')[4]"
      const ready = `console.log(JSON.stringify({ msg: 'ready', pid: process.pid, group: Number(${processGroup}) }))`
      const { pid, group } = await start(`${ready};${staysUp}`).ready
      expect(group).toBe(pid)
    },
  )

  it('that ends before it is ready is reported with its exit code', async () => {
    const child = start('process.exitCode = 3')
    await expect(child.ready).rejects.toThrow('The server ended (exit code 3) before it was ready.')
    expect(await child.ended).toBe(3)
  })

  it('ends in its own way when it is stopped', async () => {
    const child = start(`process.on('SIGTERM', () => process.exit(0));${logs({ msg: 'ready' })};${staysUp}`)
    await child.ready
    expect(await child.stop()).toBe(0)
  })
})
