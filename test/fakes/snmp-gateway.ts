import pino from 'pino'
import { onTestFinished } from 'vitest'
import type { SnmpSettings } from '../../contract/drivers/snmp.ts'
import { type Clock, systemClock } from '../../contract/time.ts'
import type { AskedDriver, Deadline, Observation, Target } from '../../gateway/drivers/driver.ts'
import { openSnmp } from '../../gateway/drivers/snmp/driver.ts'

/** The real SNMP driver, closed when the test ends. */
export function openSnmpForTest(clock: Clock = systemClock): AskedDriver<SnmpSettings> {
  const driver = openSnmp({ clock, log: pino({ level: 'silent' }) })
  if (driver.mode !== 'asked') throw new Error('the SNMP driver asks')
  onTestFinished(() => driver.close())
  return driver
}

/** A device on loopback with quick time-outs. */
export function snmpTarget(
  port: number,
  settings: Partial<SnmpSettings> = {},
  target: Partial<Target<SnmpSettings>> = {},
): Target<SnmpSettings> {
  return {
    deviceId: 'device',
    name: 'Device',
    kind: 'other',
    address: '127.0.0.1',
    ...target,
    settings: { port, version: '2c', timeoutMs: 100, ...settings },
  }
}

export function within(ms: number, signal: AbortSignal = new AbortController().signal): Deadline {
  return { ms, signal }
}

/** How long an observation took, beside it. */
export async function timed(observation: Promise<Observation>): Promise<[Observation, number]> {
  const start = performance.now()
  return [await observation, performance.now() - start]
}
