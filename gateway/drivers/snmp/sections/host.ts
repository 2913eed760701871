import * as oids from '../oids.ts'
import type { Rule } from '../rules.ts'
import { indexesOf, instanceOf, type Oid, oidOf, type Replies, textOf } from '../values.ts'
import type { Section } from './section.ts'

const MAX_PROCESSORS = 64
const PROCESSOR_COLUMNS = 2
const MAX_STORAGES_SEEN = 128
const MAX_DISKS = 16
const DISKS: readonly Oid[] = [oids.hrStorageFixedDisk, oids.hrStorageFlashMemory]

/** Processors, memory and disks of agents on a general operating system (recorders, servers, many appliances). */
export const host: Section = {
  name: 'host',
  root: oids.host,
  walks: [
    { subtree: oids.hrProcessorEntry, maxRows: PROCESSOR_COLUMNS * MAX_PROCESSORS },
    { subtree: oids.hrStorageType, maxRows: MAX_STORAGES_SEEN },
  ],
  details: (found) => disks(found).map((disk) => `${oids.hrStorageDescr}.${disk}`),
  plan: (found) => ({
    rules: [...processorRules(found), ...memoryRules(found), ...disks(found).map((disk) => share(disk))],
    facts: Object.fromEntries(disks(found).flatMap((disk) => nameOf(disk, found))),
  }),
}

function storages(found: Replies, types: readonly Oid[]): string[] {
  return indexesOf(found, oids.hrStorageType).filter((row) =>
    types.includes(oidOf(found.get(`${oids.hrStorageType}.${row}`)) ?? ''),
  )
}

const disks = (found: Replies) => storages(found, DISKS).slice(0, MAX_DISKS)

/** By either column: net-snmp has no load to tell in the first minute after its start, which is when it is looked at anew. */
function processorRules(found: Replies): Rule[] {
  const rows = new Set(indexesOf(found, oids.hrProcessorEntry).map((cell) => cell.replace(/^\d+\./, '')))
  const loads = [...rows].map((row) => `${oids.hrProcessorLoad}.${row}`)
  return loads.length === 0 ? [] : [{ make: 'mean', metric: 'cpu_percent', oids: loads, min: 0, max: 100 }]
}

/** As the agent counts it: on Linux this includes what the kernel uses as cache. */
function memoryRules(found: Replies): Rule[] {
  const rows = storages(found, [oids.hrStorageRam])
  if (rows.length === 0) return []
  return [
    {
      make: 'share',
      metric: 'memory_used_percent',
      used: rows.map((row) => `${oids.hrStorageUsed}.${row}`),
      size: rows.map((row) => `${oids.hrStorageSize}.${row}`),
    },
  ]
}

function share(disk: string): Rule {
  return {
    make: 'share',
    metric: `storage_used_percent.${instanceOf(disk)}`,
    used: [`${oids.hrStorageUsed}.${disk}`],
    size: [`${oids.hrStorageSize}.${disk}`],
  }
}

function nameOf(disk: string, found: Replies): [string, string][] {
  const name = textOf(found.get(`${oids.hrStorageDescr}.${disk}`))
  return name === undefined ? [] : [[`storage_name_${instanceOf(disk)}`, name]]
}
