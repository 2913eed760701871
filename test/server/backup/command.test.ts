import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openRecords } from '../../../server/store/records/records.ts'
import { temporaryDirectory } from '../../fakes/temporary-directory.ts'

interface Outcome {
  code: number
  said: string
}

/** Runs the command as npm does: in the project, with the directory the person is in as INIT_CWD. */
function run(command: 'backup' | 'restore', dir: string, args: string[], env = {}): Promise<Outcome> {
  const program = join(import.meta.dirname, '../../../server', `${command}.ts`)
  const options = {
    env: { PATH: process.env.PATH, INIT_CWD: dir, STILLWATCH_DATA_DIR: join(dir, 'data'), ...env },
  }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    )
  })
}

describe('npm run backup and npm run restore', () => {
  test('copy the data of a running server and put it back once it is stopped', async () => {
    const dir = temporaryDirectory()
    const records = openRecords(join(dir, 'data', 'stillwatch.db'))
    let running = true
    const stop = async () => {
      if (running) await records.close()
      running = false
    }
    onTestFinished(stop)
    const backup = await run('backup', dir, ['monday.backup'])
    expect(backup.said).toContain(`Backed up to ${join(dir, 'monday.backup')}.`)
    expect(backup.said).toContain('secret.key')
    const refused = await run('restore', dir, ['monday.backup'])
    expect(refused).toMatchObject({ code: 1, said: expect.stringContaining('Another Stillwatch server') })
    await stop()
    const restored = await run('restore', dir, ['monday.backup'])
    expect(restored).toMatchObject({ code: 0, said: expect.stringContaining('Restored the backup of 20') })
  })

  test.each(['backup', 'restore'] as const)(
    '%s says how it is used, and what is wrong with the environment',
    async (command) => {
      const dir = temporaryDirectory()
      expect(await run(command, dir, [])).toMatchObject({
        code: 1,
        said: expect.stringContaining(`npm run ${command} -- FILE`),
      })
      expect(await run(command, dir, ['x'], { STILLWATCH_RECORDS_URL: 'postgres://db' })).toMatchObject({
        code: 1,
        said: expect.stringContaining('STILLWATCH_RECORDS_URL is "postgres://db"'),
      })
    },
  )
})
