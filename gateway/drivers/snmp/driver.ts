import { isDeepStrictEqual } from 'node:util'
import type { SnmpSettings } from '@stillwatch/contract/drivers/snmp.ts'
import type { AskedDriver, Deadline, Observation, OpenDriver, Target } from '../driver.ts'
import { Addresses } from './addresses.ts'
import { SnmpClient } from './client.ts'
import { SnmpDevice } from './device.ts'
import { type Limit, startLimit } from './limit.ts'
import { SharedSocket } from './shared-socket.ts'

interface Known {
  /** Another address or other settings make another device. */
  address: string
  settings: SnmpSettings
  host: string
  device: SnmpDevice
}

/** SNMP v1, v2c and v3: reads what any agent may have; device models come as profiles. */
export const openSnmp: OpenDriver<'snmp'> = ({ clock, log }): AskedDriver<SnmpSettings> => {
  const socket = new SharedSocket(log)
  const addresses = new Addresses(clock)
  const known = new Map<string, Known>()

  const forget = (deviceId: string) => {
    const gone = known.get(deviceId)
    if (!gone) return
    known.delete(deviceId)
    addresses.forget(gone.host)
    gone.device.close()
  }

  const deviceAt = (address: string, target: Target<SnmpSettings>): SnmpDevice => {
    const { settings } = target
    const old = known.get(target.deviceId)
    if (old?.address === address && isDeepStrictEqual(old.settings, settings)) return old.device
    forget(target.deviceId)
    const device = new SnmpDevice(clock, settings, (asked) => new SnmpClient(address, asked, socket))
    known.set(target.deviceId, { address, settings, host: target.address, device })
    return device
  }

  const ask = async (
    target: Target<SnmpSettings>,
    deadline: Deadline,
    question: (device: SnmpDevice, limit: Limit) => Promise<Observation>,
  ): Promise<Observation> => {
    const { limit, done } = startLimit(clock, deadline)
    try {
      const address = await before(limit, addresses.resolve(target.address))
      if (address === undefined) return nameNotFound(target.address)
      return await question(deviceAt(address, target), limit)
    } finally {
      done()
    }
  }

  return {
    mode: 'asked',
    check: (target, deadline) => ask(target, deadline, (device, limit) => device.check(limit)),
    probe: (target, deadline) => ask(target, deadline, (device, limit) => device.probe(limit)),
    forget,
    async close() {
      for (const deviceId of [...known.keys()]) forget(deviceId)
      socket.close()
    },
  }
}

/** A name server that does not answer is as good as one that does not know the name. */
function before(limit: Limit, address: Promise<string | undefined> | string) {
  if (typeof address === 'string') return address
  return new Promise<string | undefined>((resolve) => {
    limit.whenOver(() => resolve(undefined))
    address.then(resolve, () => resolve(undefined))
  })
}

function nameNotFound(host: string): Observation {
  return { ok: false, alive: false, reason: 'name_not_found', detail: `the name ${host} has no address` }
}
