import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { systemClock } from '@stillwatch/contract/time.ts'
import { readConfig } from './config.ts'
import { backupRecords } from './store/records/backup.ts'

/** `npm run backup -- FILE`: works while the server runs. */
try {
  const [file] = process.argv.slice(2)
  if (file === undefined) throw new Error('Say where to: npm run backup -- FILE')
  const target = resolve(process.env.INIT_CWD ?? '.', file)
  const { recordsFile, secretFile } = readConfig(process.env)
  const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
    version: string
  }
  await backupRecords(recordsFile, target, { madeAt: systemClock.now(), version })
  console.log(
    `Backed up to ${target}. Device credentials in it open only with ${secretFile}: keep a copy of that elsewhere.`,
  )
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
