import { expect } from 'vitest'
import type { PeerProcess } from '../fakes/peer-process.ts'
import type { Peer } from '../suites/peers.ts'
import {
  type Detector,
  hasRecording,
  mosquittoPeer,
  recorded,
  recordingsPeer,
  type SitePeer,
  SNMP_KEYS,
  snmpdPeer,
  startDetector,
  tcpPeer,
} from './site-peers.ts'
import { type NewSiteDevice, watched } from './watched-site.ts'

/** A device as its user adds it, what it says, and what its ticket says when it dies. */
export interface Subject {
  device: NewSiteDevice
  /** What every sample of these series must be. */
  values: Record<string, unknown>
  /** How the title of its ticket goes on after `… is silent`. */
  title: string
  /** What the ticket says besides. */
  evidence: RegExp
}

export interface Site {
  subjects: readonly Subject[]
  /** Everything but the broker is killed at once. */
  die(): Promise<void>
  comeBack(): Promise<void>
}

/** An Eaton 9PX, recorded by somebody else. */
const UPS = 'eaton-mgeups_9px'
const upsOid = (leaf: string): string => `1.3.6.1.2.1.33.1.${leaf}`

const WILL_TOPIC = 'site/will/state'
const SAYS = { battery_percent: 87, temperature_c: 21.5 }

const local = { ...watched, address: '127.0.0.1' }
const timeoutMs = 500
const noAnswer = { title: 'no SNMP answer', evidence: /no answer/ }

/** Devices none of which is ours, running; undefined where the recordings are not to be had. */
export async function otherPeoplesDevices(
  paths: Record<Exclude<Peer, 'chromium' | 'faketime' | 'snmpget'>, string>,
): Promise<Site | undefined> {
  if (!hasRecording(UPS)) return undefined
  const [agent, recording, broker, service] = await Promise.all([
    snmpdPeer(paths.snmpd, 'peer'),
    recordingsPeer(paths.snmpsimd),
    mosquittoPeer(paths.mosquitto),
    tcpPeer(),
  ])
  await broker.start()
  const mortal = [agent, recording, service]
  const startDetectors = (): { quiet: Detector; will: Detector } => ({
    quiet: startDetector(paths.mosquitto_pub, broker, { topic: 'site/quiet', says: SAYS }),
    will: startDetector(paths.mosquitto_pub, broker, {
      topic: 'site/will',
      says: SAYS,
      willTopic: WILL_TOPIC,
    }),
  })
  let running: PeerProcess[] = []
  let detectors: { quiet: Detector; will: Detector }
  const comeBack = async () => {
    running = await Promise.all(mortal.map((peer) => peer.start()))
    detectors = startDetectors()
  }
  await comeBack()
  return {
    subjects: [
      tcpSubject(service),
      ...agentSubjects(agent),
      upsSubject(recording),
      detectorSubject(broker, 'quiet', { title: 'no message', evidence: /no message/ }),
      detectorSubject(broker, 'will', {
        title: 'reported offline',
        evidence: /by its last will/,
        availabilityTopic: WILL_TOPIC,
      }),
    ],
    async die() {
      await Promise.all([
        ...running.map((peer) => peer.kill()),
        detectors.quiet.leave(),
        detectors.will.kill(),
      ])
    },
    comeBack,
  }
}

function tcpSubject({ port }: SitePeer): Subject {
  return {
    device: { ...local, name: 'Recorder', kind: 'recorder', drivers: { tcp: { port } } },
    values: { connect_ms: expect.any(Number) },
    title: 'connection refused (tcp)',
    evidence: /refuses connections/,
  }
}

/** One snmpd, asked in two ways. */
function agentSubjects({ port }: SitePeer): Subject[] {
  const values = { uptime_s: expect.any(Number), memory_used_percent: expect.any(Number) }
  return [
    {
      device: {
        ...local,
        name: 'Server v2c',
        kind: 'service',
        drivers: { snmp: { port, timeoutMs, version: '2c', community: 'public' } },
      },
      values,
      ...noAnswer,
    },
    {
      device: {
        ...local,
        name: 'Server v3',
        kind: 'service',
        drivers: {
          snmp: {
            ...{ port, timeoutMs, version: '3', user: 'watch' },
            auth: { protocol: 'sha256', key: SNMP_KEYS.auth },
            priv: { protocol: 'aes', key: SNMP_KEYS.priv },
          },
        },
      },
      values,
      ...noAnswer,
    },
  ]
}

function upsSubject({ port }: SitePeer): Subject {
  const raw = (leaf: string) => recorded(UPS, upsOid(leaf))
  return {
    device: {
      ...local,
      name: 'UPS',
      kind: 'ups',
      drivers: { snmp: { port, timeoutMs, version: '2c', community: UPS } },
    },
    values: {
      ups_battery_charge_percent: raw('2.4.0'),
      ups_battery_state: raw('2.1.0'),
      ups_runtime_left_s: 60 * raw('2.3.0'),
      ups_battery_v: raw('2.5.0') / 10,
    },
    ...noAnswer,
  }
}

function detectorSubject(
  broker: SitePeer,
  name: string,
  { title, evidence, ...more }: Pick<Subject, 'title' | 'evidence'> & { availabilityTopic?: string },
): Subject {
  return {
    device: {
      ...local,
      name: `Detector ${name}`,
      kind: 'detector',
      drivers: {
        mqtt: {
          topic: `site/${name}`,
          broker: `mqtt://127.0.0.1:${broker.port}`,
          offlinePayload: 'offline',
          ...more,
        },
      },
    },
    values: SAYS,
    ...{ title, evidence },
  }
}
