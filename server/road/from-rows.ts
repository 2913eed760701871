import { recoveryHoldFor } from '@stillwatch/contract/health.ts'
import { say } from '@stillwatch/contract/sentences.ts'
import { SECOND_MS } from '@stillwatch/contract/time.ts'
import type { EvidenceState } from '../health/checkpoint.ts'
import {
  type ActiveCondition,
  assignedFrom,
  type DeviceHealth,
  type DeviceSetup,
} from '../health/device-health.ts'
import type { GatewayHealth } from '../health/gateway-health.ts'
import { neverWatched } from '../health/watch-clock.ts'
import type { ConditionRecord, DeviceRecord, GatewayRecord } from '../store/records/fleet-rows.ts'

/** Rows of the records → what the road keeps in memory. */

export function gatewayFrom(
  row: GatewayRecord,
  conditions: ReadonlyMap<string, ActiveCondition>,
): GatewayHealth {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    siteId: row.site_id,
    name: row.name,
    epoch: row.epoch,
    lastApplied: row.last_applied,
    lastHash: row.last_hash,
    link: row.link,
    linkSince: row.link_since,
    appliedGeneration: row.applied_generation,
    appliedVersion: row.applied_version,
    software: row.software,
    refused: JSON.parse(row.refused),
    conditions,
    clock: neverWatched,
    helloNewest: null,
    spoolDepth: null,
    clockOffsetMs: null,
  }
}

const noEvidence: Omit<EvidenceState, 'id' | 'assignedFrom'> = {
  adopted: false,
  evidenceAt: null,
  evidenceWatched: 0,
  missAt: null,
  missWatched: 0,
  missSpan: -1,
  missCount: 0,
  lastMiss: null,
  checks: [],
  listeningFrom: 0,
  lostUntil: 0,
}

export function deviceFrom(
  row: DeviceRecord,
  conditions: ReadonlyMap<string, ActiveCondition>,
  evidence?: EvidenceState,
): DeviceHealth {
  const setup = setupFrom(row)
  return {
    ...noEvidence,
    ...(evidence?.assignedFrom === assignedFrom(setup) && withoutKey(evidence)),
    setup,
    state: row.state ?? 'unknown',
    since: row.since ?? row.created_at,
    reason: row.reason === null ? say('state.never_seen') : JSON.parse(row.reason),
    restartedWatched: row.restarted_watched,
    limitTracks: row.limit_tracks === null ? [] : JSON.parse(row.limit_tracks),
    conditions,
    facts: new Map(
      (JSON.parse(row.facts) as [string, string][]).map(([name, value]) => [name, JSON.parse(value)]),
    ),
  }
}

const withoutKey = ({ id: _, assignedFrom: __, ...measured }: EvidenceState) => measured

function setupFrom(row: DeviceRecord): DeviceSetup {
  return {
    id: row.id,
    tenantId: row.tenant_id,
    gatewayId: row.gateway_id,
    siteId: row.site_id,
    name: row.name,
    kind: row.kind,
    windowMs: row.silence_window_s * SECOND_MS,
    recoveryHoldMs: (row.recovery_hold_s ?? recoveryHoldFor(row.silence_window_s)) * SECOND_MS,
    listenedOnly: row.listened_only === 1,
    dependsOn: JSON.parse(row.depends_on),
    limits: JSON.parse(row.limits),
    assignments: JSON.parse(row.assignments),
  }
}

/** By subject, then by code. */
export function conditionsBySubject(
  rows: readonly ConditionRecord[],
): Map<string, Map<string, ActiveCondition>> {
  const bySubject = new Map<string, Map<string, ActiveCondition>>()
  for (const row of rows) {
    const { id, code, level, since } = row
    const condition = {
      id,
      code,
      level,
      since,
      evidence: JSON.parse(row.evidence),
      recoveredAt: row.recovered_at,
      clearsWatched: row.clears_watched,
    }
    const ofSubject = bySubject.get(row.subject_id) ?? new Map()
    bySubject.set(row.subject_id, ofSubject.set(code, condition))
  }
  return bySubject
}
