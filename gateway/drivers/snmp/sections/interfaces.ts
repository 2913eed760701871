import * as oids from '../oids.ts'
import type { Rule } from '../rules.ts'
import { indexesOf, instanceOf, numberOf, type Replies, textOf } from '../values.ts'
import type { Section } from './section.ts'

/** IANA interface types that are Ethernet at any speed. */
const ETHERNET_LIKE = new Set([6, 26, 62, 69, 117])
/** Ports that are counted, and ports that get series of their own. */
const MAX_COUNTED = 64
const MAX_MEASURED = 32
const MAX_ROWS = 512
const UP = 1
const DOWN = 2
const LOWER_LAYER_DOWN = 7
const BITS_PER_OCTET = 8

export const interfaces: Section = {
  name: 'interfaces',
  root: oids.ifType,
  walks: [{ subtree: oids.ifType, maxRows: MAX_ROWS }],
  details: (found) =>
    ethernetPorts(found)
      .slice(0, MAX_MEASURED)
      .flatMap((port) => [
        `${oids.ifName}.${port}`,
        `${oids.ifDescr}.${port}`,
        `${oids.ifHCInOctets}.${port}`,
        `${oids.ifHCOutOctets}.${port}`,
      ]),
  plan(found) {
    const ports = ethernetPorts(found)
    const measured = ports.slice(0, MAX_MEASURED)
    return {
      rules:
        ports.length === 0 ? [] : [...counts(ports), ...measured.flatMap((port) => portRules(port, found))],
      facts: Object.fromEntries(measured.flatMap((port) => nameOf(port, found))),
    }
  },
}

function ethernetPorts(found: Replies): string[] {
  return indexesOf(found, oids.ifType)
    .filter((port) => ETHERNET_LIKE.has(numberOf(found.get(`${oids.ifType}.${port}`)) ?? 0))
    .slice(0, MAX_COUNTED)
}

/** A port that a person switched off is neither up nor down. */
function counts(ports: readonly string[]): Rule[] {
  const oper = (port: string, is: number[]) => ({ oid: `${oids.ifOperStatus}.${port}`, is })
  const enabled = (port: string) => ({ oid: `${oids.ifAdminStatus}.${port}`, is: [UP] })
  return [
    { make: 'count', metric: 'if_up_count', rows: ports.map((port) => [oper(port, [UP])]) },
    {
      make: 'count',
      metric: 'if_down_count',
      rows: ports.map((port) => [oper(port, [DOWN, LOWER_LAYER_DOWN]), enabled(port)]),
    },
  ]
}

function portRules(port: string, found: Replies): Rule[] {
  const wide = found.has(`${oids.ifHCInOctets}.${port}`)
  const bits = wide ? 64 : 32
  const [inOctets, outOctets] = wide
    ? [oids.ifHCInOctets, oids.ifHCOutOctets]
    : [oids.ifInOctets, oids.ifOutOctets]
  const rate = (metric: string, column: string): Rule => ({
    make: 'rate',
    metric: `${metric}.${instanceOf(port)}`,
    oid: `${column}.${port}`,
    bits,
    factor: BITS_PER_OCTET,
  })
  return [
    {
      make: 'value',
      metric: `if_oper_state.${instanceOf(port)}`,
      oid: `${oids.ifOperStatus}.${port}`,
      min: 1,
      max: 7,
    },
    rate('if_in_bps', inOctets),
    rate('if_out_bps', outOctets),
  ]
}

function nameOf(port: string, found: Replies): [string, string][] {
  const name = textOf(found.get(`${oids.ifName}.${port}`)) ?? textOf(found.get(`${oids.ifDescr}.${port}`))
  return name === undefined ? [] : [[`if_name_${instanceOf(port)}`, name]]
}
