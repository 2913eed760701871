import { readFileSync } from 'node:fs'
import { systemClock } from '@stillwatch/contract/time.ts'
import pino from 'pino'
import { ConfigError, readConfig } from './config.ts'
import { startServer } from './server.ts'

const log = pino({ name: 'server', redact: ['req.headers.authorization', 'req.headers.cookie'] })
const { version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  version: string
}

/** Nothing was acknowledged that is not on the disk, so ending at once loses nothing; whoever started us starts us again. */
function fatal(error: unknown): void {
  log.fatal({ err: error }, 'The records cannot be written; the server ends.')
  process.exit(1)
}

try {
  const server = await startServer({
    config: readConfig(process.env),
    clock: systemClock,
    log,
    version,
    fatal,
  })
  log.info({ url: server.url, mqttPort: server.mqttPort }, 'Server ready.')
  let stopping = false
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (stopping) return
      stopping = true
      log.info({ signal }, 'Stopping.')
      server.close().then(() => process.exit(0), fatal)
    })
  }
} catch (error) {
  if (error instanceof ConfigError) console.error(error.message)
  else log.fatal({ err: error }, error instanceof Error ? error.message : 'The server could not start.')
  process.exit(1)
}
