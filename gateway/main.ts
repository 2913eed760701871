import { mkdirSync, readFileSync } from 'node:fs'
import { systemClock } from '@stillwatch/contract/time.ts'
import { pino } from 'pino'
import { readSettings, SettingsError, usage } from './config.ts'
import { startOwnBroker } from './drivers/mqtt/own-broker.ts'
import { drivers } from './drivers/registry.ts'
import { EnrolmentRefused, enrol } from './enrol/enrol.ts'
import { readIdentity } from './enrol/identity.ts'
import { createGateway } from './gateway.ts'
import { keepOptions } from './kept-options.ts'
import type { MqttListen } from './mqtt-listen.ts'
import { software } from './software.ts'

const log = pino({ name: 'gateway' })

async function main(): Promise<void> {
  const args = process.argv.slice(2)
  if (args.includes('--help')) return void process.stdout.write(usage)
  const { dataDir, enrolment, statusPort, mqttListen, kept } = readSettings(
    args,
    (dir) => readIdentity(dir) !== undefined,
  )
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const identity = enrolment
    ? await enrol({ dataDir, software, clock: systemClock, log }, enrolment)
    : readIdentity(dataDir)
  if (!identity) throw new SettingsError([`The identity in ${dataDir} cannot be read.`])
  const ownBroker = mqttListen && (await openOwnBroker(mqttListen))
  keepOptions(dataDir, kept)
  const bootId = readBootId()
  const gateway = await createGateway({
    identity,
    dataDir,
    drivers,
    clock: systemClock,
    log,
    software,
    random: Math.random,
    statusPort,
    ...(bootId && { bootId }),
    ...(ownBroker && { ownBroker: ownBroker.address }),
  })
  const url = gateway.statusUrl ?? null
  log.info({ url, gatewayId: identity.gatewayId }, `gateway ready${url ? ` at ${url}` : ''}`)
  const stop = () => {
    process.off('SIGTERM', stop)
    process.off('SIGINT', stop)
    void Promise.all([gateway.close(), ownBroker?.close()]).then(() => log.info('gateway stopped'), fail)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}

async function openOwnBroker({ host, port, ...credentials }: MqttListen) {
  const broker = await startOwnBroker({ host, port, ...credentials, log })
  return { address: { url: broker.url, ...credentials }, close: () => broker.close() }
}

/** Linux tells boots apart; elsewhere the machine's clock is all there is. */
function readBootId(): string | undefined {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return undefined
  }
}

function fail(error: unknown): void {
  process.exitCode = 1
  if (error instanceof SettingsError) process.stderr.write(`${error.problems.join('\n')}\n\n${usage}`)
  else if (error instanceof EnrolmentRefused)
    log.fatal({ reason: error.message }, 'this gateway was not enrolled')
  else log.fatal({ err: error }, 'the gateway cannot go on')
  // What is still running must not keep a failed gateway half alive: its supervisor starts it again.
  log.flush(() => process.exit())
}

await main().catch(fail)
