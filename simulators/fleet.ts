import type { DeviceKind } from '@stillwatch/contract/device.ts'
import type { DriverName } from '@stillwatch/contract/drivers/registry.ts'
import { type MqttDetector, startMqttDetector } from './mqtt/detector.ts'
import { type SnmpAgent, startSnmpAgent } from './snmp/agent.ts'
import { type Random, recorderValues, switchValues, upsValues } from './snmp/devices.ts'
import type { MibValues } from './snmp/mib.ts'

/** Mulberry32: small, fast, the same everywhere. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export interface FleetOptions {
  seed: number
  /** The first agent's UDP port, the others follow; 0: any free ports. */
  firstPort: number
  switches: number
  upses: number
  recorders: number
  /** Detectors speak to this broker; without one there are none. */
  brokerUrl?: string
  detectors: number
  detectorEveryMs: number
}

/** One device as somebody would type it into the dashboard. */
export interface FleetDevice {
  name: string
  kind: DeviceKind
  protocol: DriverName
  /** `127.0.0.1:16100`, or the topic. */
  where: string
}

export interface Fleet {
  devices: readonly FleetDevice[]
  close(): Promise<void>
}

/** A small building on loopback: switches, UPSs and recorders to be asked, detectors that speak. */
export async function startFleet(options: FleetOptions): Promise<Fleet> {
  const random = seededRandom(options.seed)
  const devices: FleetDevice[] = []
  const agents: SnmpAgent[] = []
  const detectors: MqttDetector[] = []

  const addAgents = async (
    count: number,
    about: { kind: DeviceKind; prefix: string; values: (name: string) => MibValues },
  ) => {
    for (let number = 1; number <= count; number++) {
      const name = `${about.prefix}-${number}`
      const port = options.firstPort === 0 ? 0 : options.firstPort + agents.length
      const agent = await startSnmpAgent({ port, values: about.values(name) })
      agents.push(agent)
      devices.push({ name, kind: about.kind, protocol: 'snmp', where: `127.0.0.1:${agent.port}` })
    }
  }

  await addAgents(options.switches, {
    kind: 'switch',
    prefix: 'SW',
    values: (name) => switchValues(name, 24, random),
  })
  await addAgents(options.upses, { kind: 'ups', prefix: 'UPS', values: (name) => upsValues(name, random) })
  await addAgents(options.recorders, {
    kind: 'recorder',
    prefix: 'NVR',
    values: (name) => recorderValues(name, random),
  })

  for (let number = 1; options.brokerUrl !== undefined && number <= options.detectors; number++) {
    const topic = `site/detector-${number}/state`
    const battery = 60 + Math.round(random() * 40)
    const { brokerUrl, detectorEveryMs: everyMs } = options
    const says = () => ({
      battery_percent: battery,
      temperature_c: 20 + Math.round(random() * 40) / 10,
      tamper: false,
    })
    const availabilityTopic = `site/detector-${number}/availability`
    detectors.push(await startMqttDetector({ brokerUrl, topic, everyMs, says, availabilityTopic }))
    devices.push({ name: `Detector ${number}`, kind: 'detector', protocol: 'mqtt', where: topic })
  }

  return {
    devices,
    async close() {
      await Promise.all([...agents, ...detectors].map((device) => device.close()))
    },
  }
}
