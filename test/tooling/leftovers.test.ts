import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { afterEach, describe, expect, it } from 'vitest'
import { processesOf, runMark } from '../../tooling/leftovers.ts'

const children: ChildProcess[] = []
afterEach(async () => {
  for (const child of children.splice(0)) {
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
})

async function start(run: string): Promise<ChildProcess> {
  const program = 'process.stdin.resume(); console.log("started")'
  const child = spawn(process.execPath, ['-e', program], { env: { ...process.env, [runMark]: run } })
  children.push(child)
  await once(child.stdout, 'data')
  return child
}

describe.skipIf(process.platform !== 'linux')(
  'the search for processes a test left behind (needs Linux)',
  () => {
    it('names one that still runs, with the test file that started it', async () => {
      const run = randomUUID()
      const child = await start(run)
      expect(await processesOf(run)).toEqual([
        { pid: child.pid, command: expect.stringContaining('process.stdin'), file: import.meta.filename },
      ])
    })

    it('finds nothing of another run', async () => {
      await start(randomUUID())
      expect(await processesOf(randomUUID())).toEqual([])
    })

    it('waits for one that is just ending', async () => {
      const run = randomUUID()
      const child = await start(run)
      const search = processesOf(run)
      child.stdin?.end()
      expect(await search).toEqual([])
    })
  },
)
