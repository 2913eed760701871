import type { Sentence } from '@stillwatch/contract/api/common.ts'
import type { Device } from '@stillwatch/contract/api/devices.ts'
import type { Gateway } from '@stillwatch/contract/api/gateways.ts'
import type { User } from '@stillwatch/contract/api/session.ts'
import type { Site } from '@stillwatch/contract/api/sites.ts'
import type { Ticket } from '@stillwatch/contract/api/tickets.ts'
import type { DeviceKind } from '@stillwatch/contract/device.ts'
import type { HealthState } from '@stillwatch/contract/health.ts'
import { say } from '@stillwatch/contract/sentences.ts'
import type { FakeWorld } from './fake-api-answers.ts'

/** A small customer on a bad morning: a switch is down with cameras behind it, a UPS is hot, a gateway is lost. */
export function badMorning(now: number): FakeWorld {
  const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString()
  const me = user('u1', 'admin', 'Ada Wong', 'admin', ago(90_000))
  const sites = [
    site('s1', 1, 'Harbour Warehouse', { up: 9, down: 1, unreachable: 12, degraded: 1 }, 2, 1),
    site('s2', 2, '城南幼儿园 South Kindergarten', { up: 31, unknown: 8 }, 1, 2),
    site('s3', 3, 'Museum of Clocks', { up: 128 }, 0, 1),
  ]
  const gateways = [
    gateway('g1', 's1', 'Warehouse office', 'connected', ago(4_000), ago(0.02)),
    gateway('g2', 's2', 'Kindergarten rack', 'lost', ago(17), ago(17)),
    gateway('g3', 's3', 'Museum cellar', 'not_enrolled', null, null),
  ]
  const devices = [
    device('d1', 'SW-3 loading bay', 'switch', 'down', ago(3), ago(4)),
    ...Array.from({ length: 12 }, (_, index) =>
      device(`d${index + 2}`, `Camera ${index + 1} ramp`, 'camera', 'unreachable', ago(3), ago(4)),
    ),
    device('d20', 'UPS-1 server room', 'ups', 'degraded', ago(48), ago(0.1)),
    ...(['switch', 'panel', 'detector', 'controller', 'recorder'] as const).map((kind, index) =>
      device(`d${index + 30}`, `${kind} ${index + 1}`, kind, 'up', ago(9_000), ago(0.2)),
    ),
    device('d40', 'Detector hall east', 'detector', 'suspect', ago(0.3), ago(1.2)),
    device('d41', 'Old panel', 'panel', 'unknown', ago(17), ago(18)),
  ]
  const tickets = [
    ticket(41, 'silent', 3, 'new', 'SW-3 loading bay', 'd1', ago(4), ago(3), 12),
    ticket(40, 'gateway_lost', 1, 'accepted', 'Kindergarten rack', null, ago(17), ago(16.5), 0),
    ticket(38, 'temperature_high', 2, 'remote_diagnosis', 'UPS-1 server room', 'd20', ago(50), ago(48), 0),
    ticket(35, 'silent', 3, 'resolved', 'Detector yard', 'd32', ago(400), ago(399), 0),
  ]
  const series = {
    uptime_s: { unit: 's', valueAt: (at: number) => (at - now + 864_000_000) / 1_000 },
    rtt_ms: { unit: 'ms', valueAt: (at: number) => 12 + 4 * Math.sin(at / 600_000) },
    'if_in_bps.3': { unit: 'bit/s', valueAt: (at: number) => 4e6 + 3.5e6 * Math.sin(at / 900_000) },
    temperature_c: { unit: '°C', valueAt: (at: number) => 41 + 3 * Math.sin(at / 2_000_000) },
    battery_charge_percent: { unit: '%', valueAt: () => 97 },
  }
  return { password: 'correct horse', me, users: [me], sites, gateways, devices, tickets, series }
}

/** Just installed: an administrator and nothing else. */
export function firstRun(now: number): FakeWorld {
  return { ...badMorning(now), sites: [], gateways: [], devices: [], tickets: [] }
}

const user = (id: string, username: string, name: string, role: User['role'], createdAt: string): User => ({
  id,
  username,
  name,
  role,
  siteIds: [],
  language: 'en',
  disabled: false,
  createdAt,
})

function site(
  id: string,
  number: number,
  name: string,
  counts: Partial<Site['counts']>,
  openTickets: number,
  gateways: number,
): Site {
  const none = { up: 0, degraded: 0, suspect: 0, down: 0, unreachable: 0, unknown: 0 }
  return {
    id,
    number,
    name,
    timeZone: 'Asia/Shanghai',
    counts: { ...none, ...counts },
    openTickets,
    gateways,
  }
}

function gateway(
  id: string,
  siteId: string,
  name: string,
  link: Gateway['link'],
  linkSince: string | null,
  watermark: string | null,
): Gateway {
  const known = link !== 'not_enrolled'
  return {
    id,
    siteId,
    name,
    link,
    linkSince,
    watermark,
    spoolDepth: known ? 3 : null,
    clockOffsetMs: known ? -14 : null,
    refused: known ? { not_adopted: 2 } : {},
    epoch: 1,
    lastApplied: 5_204,
    configVersion: { generation: 1, version: 7 },
    appliedConfigVersion: known ? { generation: 1, version: link === 'lost' ? 6 : 7 } : null,
    software: known ? '0.1.0' : null,
    deviceCount: 23,
    enrolmentPending: !known,
  }
}

function device(
  id: string,
  name: string,
  kind: DeviceKind,
  state: HealthState,
  stateSince: string,
  lastEvidenceAt: string,
): Device {
  const wrong = state === 'down' || state === 'degraded'
  const code = state === 'down' ? 'silent' : 'temperature_high'
  return {
    id,
    siteId: 's1',
    gatewayId: 'g1',
    name,
    kind,
    address: `192.0.2.${id.slice(1)}`,
    state,
    stateSince,
    reason: reasonOf(state, lastEvidenceAt),
    lastEvidenceAt,
    openConditions: wrong ? 1 : 0,
    profile: null,
    drivers: { snmp: { port: 161, version: '2c', timeoutMs: 2_000 } },
    secrets: ['snmp.community'],
    intervalS: 20,
    silenceWindowS: 60,
    recoveryHoldS: 120,
    dependsOn: kind === 'camera' ? ['d1'] : [],
    behind: id === 'd1' ? ['d2', 'd3', 'd4'] : [],
    limits: [],
    worstCaseTimeToTicketS: 61,
    conditions: wrong
      ? [{ code, level: 3, since: stateSince, ticketId: 't41', evidence: evidenceOf(code, lastEvidenceAt) }]
      : [],
    components: [],
    facts: { sys_descr: 'Linux switch 6.1', serial: 'SN-0042' },
    checks: [
      { check: 'snmp', at: Date.parse(stateSince), ok: state === 'up', tookMs: 2_003, ...checkWords(state) },
    ],
    warnings: [],
    createdAt: stateSince,
  }
}

const noAnswer = { check: 'snmp', reason: 'timeout', detail: 'no answer within 2000 ms' } as const

const reasonOf = (state: HealthState, since: string): Sentence =>
  ({
    up: say('state.up'),
    degraded: say('state.degraded', { count: 1, codes: 'temperature_high' }),
    suspect: say('state.suspect', noAnswer),
    down: say('state.down', { ...noAnswer, since }),
    unreachable: say('state.unreachable', { ancestor: 'SW-3 loading bay' }),
    unknown: say('state.gateway_lost'),
  })[state]

function titleFor(cause: string, subject: string): Sentence {
  if (cause === 'silent') return say('title.silent_unanswered', { subject, check: 'snmp' })
  if (cause === 'gateway_lost') return say('title.gateway_lost', { subject })
  return say('title.other', { subject, code: cause })
}

function evidenceOf(code: string, since: string): Sentence {
  if (code === 'silent') return say('state.down', { ...noAnswer, since })
  if (code === 'gateway_lost') return say('evidence.gateway_lost', { since })
  return say('evidence.limit', { metric: 'temperature_c', value: 44.2 })
}

const checkWords = (state: HealthState) =>
  state === 'up'
    ? { detail: 'sysUpTime answered.' }
    : ({ reason: 'timeout', detail: 'Asked for sysUpTime, no answer within 2000 ms.' } as const)

function ticket(
  number: number,
  cause: string,
  level: number,
  state: Ticket['state'],
  subject: string,
  deviceId: string | null,
  faultSince: string,
  openedAt: string,
  affectedCount: number,
): Ticket {
  const resolved = state === 'resolved'
  const title = titleFor(cause, subject)
  const affected = Array.from({ length: affectedCount }, (_, index) => ({
    deviceId: `d${index + 2}`,
    name: `Camera ${index + 1} ramp`,
    since: faultSince,
    until: null,
  }))
  return {
    id: `t${number}`,
    number,
    title: title.text,
    titleSentence: title,
    cause,
    level,
    state,
    siteId: cause === 'gateway_lost' ? 's2' : 's1',
    deviceId,
    gatewayId: cause === 'gateway_lost' ? 'g2' : null,
    subject,
    affectedCount,
    faultSince,
    openedAt,
    updatedAt: openedAt,
    resolvedAt: resolved ? openedAt : null,
    resolvesItselfAt: null,
    affected,
    events: eventsOf(evidenceOf(cause, faultSince), affected, openedAt),
    next: [],
  }
}

function eventsOf(evidence: Sentence, affected: Ticket['affected'], at: string): Ticket['events'] {
  const count = affected.length
  const names = affected.slice(0, 5).map(({ name }) => name)
  const behind = say('event.behind_and_more', { count, names: names.join(', '), more: count - 5 })
  const byMachine = { at, actor: 'system' } as const
  const events: Omit<Ticket['events'][number], 'seq'>[] = [
    { ...byMachine, kind: 'opened', text: evidence.text, sentence: evidence },
    ...(count > 5 ? [{ ...byMachine, kind: 'attached', text: behind.text, sentence: behind } as const] : []),
    {
      at,
      kind: 'comment',
      actor: 'desk',
      by: 'Li Na',
      text: 'Calling the caretaker.\nPower cut in the bay?',
    },
  ]
  return events.map((event, index) => ({ ...event, seq: index + 1 }))
}
