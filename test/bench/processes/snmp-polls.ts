import snmp from 'net-snmp'
import pino from 'pino'
import type { SnmpSettings } from '../../../contract/drivers/snmp.ts'
import { systemClock } from '../../../contract/time.ts'
import type { AskedDriver, Target } from '../../../gateway/drivers/driver.ts'
import { openSnmp } from '../../../gateway/drivers/snmp/driver.ts'
import { answerBench, cpuMsOf } from './answer-bench.ts'

/** Polls agents as often as told, through our driver or through net-snmp alone, and says what it cost this process. */

export interface Polls {
  how: 'driver' | 'one session per agent' | 'a new session per poll'
  ports: number[]
  polls: number
  /** How many at once. */
  atOnce: number
  /** What net-snmp alone is asked for: as many values as the driver reads. */
  oids: string[]
}

const driver = openSnmp({ clock: systemClock, log: pino({ level: 'silent' }) }) as AskedDriver<SnmpSettings>
const never = new AbortController().signal
const sessions = new Map<number, snmp.Session>()

const settingsOf = (port: number) => ({ port, version: '2c' as const, timeoutMs: 2_000 })
const targetOf = (port: number): Target<SnmpSettings> => ({
  ...{ deviceId: String(port), name: String(port), kind: 'ups', address: '127.0.0.1' },
  settings: settingsOf(port),
})
const sessionTo = (port: number) =>
  snmp.Session.create('127.0.0.1', 'public', { port, version: snmp.Version['2c'] })

function get(session: snmp.Session, oids: string[]): Promise<number> {
  return new Promise((resolve, reject) =>
    session.get(oids, (error, varbinds) => (error ? reject(error) : resolve(varbinds?.length ?? 0))),
  )
}

async function throughDriver(port: number): Promise<number> {
  const { ok, detail, samples } = await driver.check(targetOf(port), { ms: 5_000, signal: never })
  if (!ok) throw new Error(detail)
  return Object.keys(samples ?? {}).length
}

async function onOneSession(port: number, oids: string[]): Promise<number> {
  const session = sessions.get(port) ?? sessionTo(port)
  sessions.set(port, session)
  return get(session, oids)
}

async function onANewSession(port: number, oids: string[]): Promise<number> {
  const session = sessionTo(port)
  try {
    return await get(session, oids)
  } finally {
    session.close()
  }
}

const ask = {
  driver: throughDriver,
  'one session per agent': onOneSession,
  'a new session per poll': onANewSession,
} satisfies Record<Polls['how'], (port: number, oids: string[]) => Promise<number>>

answerBench<Polls>(async ({ how, ports, polls, atOnce, oids }) => {
  let values = 0
  for (const port of ports) values = await ask[how](port, oids)
  let next = 0
  const asking = async () => {
    while (next < polls) {
      const port = ports[next++ % ports.length] as number
      values = await ask[how](port, oids)
    }
  }
  const cpuMs = await cpuMsOf(async () => {
    await Promise.all(Array.from({ length: atOnce }, asking))
  })
  return { cpuMs, values }
})
