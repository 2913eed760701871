import { resolve } from 'node:path'
import { systemClock } from '@stillwatch/contract/time.ts'
import { readConfig } from './config.ts'
import { restoreRecords } from './store/records/backup.ts'

/** `npm run restore -- FILE`: the server has to be stopped. */
try {
  const [file] = process.argv.slice(2)
  if (file === undefined) throw new Error('Say what from: npm run restore -- FILE')
  const source = resolve(process.env.INIT_CWD ?? '.', file)
  const { recordsFile, secretFile } = readConfig(process.env)
  const { manifest, asideFile } = await restoreRecords(source, recordsFile, systemClock.now())
  console.log(`Restored the backup of ${new Date(manifest.madeAt).toISOString()}.`)
  if (asideFile !== null) console.log(`What was there before is kept in ${asideFile}.`)
  console.log(`The secret file of that time has to be in ${secretFile}. Everybody has to sign in again.`)
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error))
  process.exitCode = 1
}
