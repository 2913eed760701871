import type { MibValue, MibValues } from './mib.ts'

/** A number in [0, 1); seeded, so that the same seed makes the same building. */
export type Random = () => number

const integer = (value: number | (() => number)): MibValue => ({ type: 'integer', value })
const gauge = (value: number | (() => number)): MibValue => ({ type: 'gauge32', value })
const text = (value: string): MibValue => ({ type: 'octetString', value })

const TICKS_PER_MS = 0.1

/** The system group, with an uptime that runs. */
export function systemGroup(about: {
  descr: string
  objectId: string
  name: string
  location: string
  upMs?: number
}): MibValues {
  const startedAt = performance.now() - (about.upMs ?? 0)
  return {
    '1.3.6.1.2.1.1.1.0': text(about.descr),
    '1.3.6.1.2.1.1.2.0': { type: 'objectId', value: about.objectId },
    '1.3.6.1.2.1.1.3.0': {
      type: 'timeTicks',
      value: () => Math.floor((performance.now() - startedAt) * TICKS_PER_MS) % 2 ** 32,
    },
    '1.3.6.1.2.1.1.5.0': text(about.name),
    '1.3.6.1.2.1.1.6.0': text(about.location),
  }
}

const ETHERNET = 6
const UP = 1
const DOWN = 2

/** An access switch whose ports count octets at a steady rate of their own. */
export function switchValues(name: string, ports: number, random: Random): MibValues {
  const values: Record<string, MibValue> = {
    ...systemGroup({
      descr: `Simulated ${ports}-port access switch`,
      objectId: '1.3.6.1.4.1.8072.3.2.10',
      name,
      location: 'Ground floor',
      upMs: random() * 1e9,
    }),
  }
  for (let port = 1; port <= ports; port++) {
    const bytesPerMs = Math.round(random() * 1_000)
    const counter = (share: number): MibValue => ({
      type: 'counter64',
      value: () => BigInt(Math.floor(performance.now() * bytesPerMs * share)),
    })
    values[`1.3.6.1.2.1.2.2.1.2.${port}`] = text(`port ${port}`)
    values[`1.3.6.1.2.1.2.2.1.3.${port}`] = integer(ETHERNET)
    values[`1.3.6.1.2.1.2.2.1.7.${port}`] = integer(UP)
    values[`1.3.6.1.2.1.2.2.1.8.${port}`] = integer(random() < 0.9 ? UP : DOWN)
    values[`1.3.6.1.2.1.31.1.1.1.1.${port}`] = text(`ge${port}`)
    values[`1.3.6.1.2.1.31.1.1.1.6.${port}`] = counter(1)
    values[`1.3.6.1.2.1.31.1.1.1.10.${port}`] = counter(0.1)
  }
  return values
}

/** A UPS on mains, by RFC 1628. */
export function upsValues(name: string, random: Random): MibValues {
  const ups = '1.3.6.1.2.1.33.1'
  const load = 20 + Math.round(random() * 50)
  return {
    ...systemGroup({ descr: 'Simulated UPS', objectId: '1.3.6.1.2.1.33', name, location: 'Basement' }),
    [`${ups}.2.1.0`]: integer(2),
    [`${ups}.2.2.0`]: integer(0),
    [`${ups}.2.3.0`]: integer(() => Math.round(4_000 / load)),
    [`${ups}.2.4.0`]: integer(100),
    [`${ups}.2.7.0`]: integer(() => 24 + Math.round(random() * 2)),
    [`${ups}.4.1.0`]: integer(3),
    [`${ups}.4.4.1.2.1`]: integer(() => 229 + Math.round(random() * 2)),
    [`${ups}.4.4.1.5.1`]: integer(load),
    [`${ups}.6.1.0`]: gauge(0),
  }
}

/** A recorder: processor, memory and one disk, by HOST-RESOURCES-MIB. */
export function recorderValues(name: string, random: Random): MibValues {
  const storage = '1.3.6.1.2.1.25.2.3.1'
  const used = 0.5 + random() * 0.4
  const row = (index: number, type: string, descr: string, size: number, share: number) => ({
    [`${storage}.2.${index}`]: { type: 'objectId', value: type } satisfies MibValue,
    [`${storage}.3.${index}`]: text(descr),
    [`${storage}.5.${index}`]: integer(size),
    [`${storage}.6.${index}`]: integer(Math.round(size * share)),
  })
  return {
    ...systemGroup({
      descr: 'Simulated recorder',
      objectId: '1.3.6.1.4.1.8072.3.2.10',
      name,
      location: 'Rack 1',
    }),
    '1.3.6.1.2.1.25.3.3.1.2.1': integer(() => Math.round(10 + random() * 30)),
    ...row(1, '1.3.6.1.2.1.25.2.1.2', 'Physical memory', 4_000_000, 0.6),
    ...row(31, '1.3.6.1.2.1.25.2.1.4', '/recordings', 900_000_000, used),
  }
}
