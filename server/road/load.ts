import type { DatabaseSync } from 'node:sqlite'
import type { BatchEntry } from '@stillwatch/contract/road.ts'
import { thaw } from '../health/checkpoint.ts'
import { type Arrival, refuseEntry } from '../health/entries.ts'
import { Draft, Fleet } from '../health/fleet.ts'
import { foldEntry } from '../health/fold.ts'
import type { GatewayHealth } from '../health/gateway-health.ts'
import { knowsList, type ListHistory } from '../health/list-history.ts'
import { adopt, enterSpan, markOfBatch, markOfBeat, vouch } from '../health/watching.ts'
import { isEntry, readBatch, readBeat } from '../ingest/decode.ts'
import type { MetricStore } from '../store/metrics/metric-store.ts'
import {
  type JournalRecord,
  readActiveConditions,
  readCheckpoints,
  readDevices,
  readGateways,
  readJournal,
  readMeta,
} from '../store/records/fleet-rows.ts'
import { conditionsBySubject, deviceFrom, gatewayFrom } from './from-rows.ts'

export interface LoadDeps extends ListHistory {
  db: DatabaseSync
  metrics: MetricStore
  retentionMs: number
}

export const readListHistory = (db: DatabaseSync): ListHistory => ({
  generation: Number(readMeta(db, 'generation') ?? 1),
  past: JSON.parse(readMeta(db, 'past_generations') ?? '[]'),
})

/**
 * The fleet as it was when the process ended: verdicts from the records, signs of life from the checkpoints and the journal rows after them.
 * The same rows fill the metrics with what they had not made durable.
 */
export function loadFleet(deps: LoadDeps): Fleet {
  const { fleet, cursors } = fromRecords(deps.db)
  const metricsThrough = deps.metrics.durableThrough()
  const after = Math.min(metricsThrough, ...cursors.values())
  for (const row of readJournal(deps.db, Number.isFinite(after) ? after : 0))
    replay(deps, fleet, cursors, metricsThrough, row)
  return fleet
}

function fromRecords(db: DatabaseSync): { fleet: Fleet; cursors: Map<string, number> } {
  const fleet = new Fleet()
  const cursors = new Map<string, number>()
  const conditions = conditionsBySubject(readActiveConditions(db))
  const checkpoints = readCheckpoints(db)
  const evidence = new Map<string, ReturnType<typeof thaw>['devices'][number]>()
  for (const row of readGateways(db)) {
    const checkpoint = checkpoints.get(row.id)
    const state = checkpoint ? thaw(checkpoint.state) : undefined
    const gateway = gatewayFrom(row, conditions.get(row.id) ?? new Map())
    fleet.putGateway(state ? { ...gateway, clock: state.clock } : gateway)
    cursors.set(row.id, checkpoint?.upto ?? 0)
    for (const device of state?.devices ?? []) evidence.set(`${row.id}|${device.id}`, device)
  }
  for (const row of readDevices(db)) {
    fleet.putDevice(
      deviceFrom(row, conditions.get(row.id) ?? new Map(), evidence.get(`${row.gateway_id}|${row.id}`)),
    )
  }
  return { fleet, cursors }
}

function replay(
  deps: LoadDeps,
  fleet: Fleet,
  cursors: Map<string, number>,
  metricsThrough: number,
  row: JournalRecord,
): void {
  const cursor = cursors.get(row.gateway_id)
  if (cursor === undefined) return
  const draft = new Draft(fleet)
  const gateway = draft.gateway(row.gateway_id)
  if (!gateway) return
  const evidence = row.id > cursor
  if (row.kind === 'batch')
    replayBatch(deps, draft, gateway, row, { evidence, metrics: row.id > metricsThrough })
  if (row.kind === 'beat' && evidence) {
    const beat = readBeat(row.body)
    enterSpan(draft, gateway, markOfBeat(beat, gateway.clock))
    const held = new Map(beat.held.map((device) => [device.id, device.since]))
    vouch(draft, gateway, { through: beat.through, held }, arrivalOf(deps, row))
  }
  draft.apply()
}

function replayBatch(
  deps: LoadDeps,
  draft: Draft,
  gateway: GatewayHealth,
  row: JournalRecord,
  wanted: { evidence: boolean; metrics: boolean },
): void {
  const batch = readBatch(row.body)
  const isKnown = knowsList(deps, batch.configVersion, row.id)
  const version = isKnown ? batch.configVersion.version : ('today' as const)
  const rules = { gatewayId: gateway.id, version, ...arrivalOf(deps, row) }
  const entries = batch.devices.filter(
    (entry): entry is BatchEntry => isEntry(entry) && !refuseEntry(entry, draft.peek(entry.id)?.setup, rules),
  )
  if (wanted.metrics) {
    for (const entry of entries)
      if (entry.samples) deps.metrics.append(row.id, entry.id, entry.t, entry.samples)
  }
  if (!wanted.evidence) return
  enterSpan(draft, gateway, markOfBatch(batch, isKnown))
  if (isKnown) adopt(draft, gateway, batch, rules)
  for (const entry of entries) {
    const seen = draft.peek(entry.id)
    if (seen?.setup.gatewayId !== gateway.id || !seen.adopted) continue
    const device = draft.device(entry.id)
    if (device) foldEntry(device, entry, gateway.clock)
  }
  const held = entries.flatMap((entry) =>
    entry.heldSince === undefined ? [] : [[entry.id, entry.heldSince] as const],
  )
  vouch(draft, gateway, { through: batch.through, held: new Map(held) }, rules)
}

const arrivalOf = ({ retentionMs }: LoadDeps, row: JournalRecord): Arrival => ({
  receivedAt: row.received_at,
  retentionMs,
})
