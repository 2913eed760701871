import type { DatabaseSync } from 'node:sqlite'
import type { Sentence } from '@stillwatch/contract/api/common.ts'
import type { LinkState } from '@stillwatch/contract/api/gateways.ts'

export interface JournalRow {
  gatewayId: string
  kind: 'hello' | 'batch' | 'beat' | 'link'
  epoch: number
  seq: number
  receivedAt: number
  body: Uint8Array
}

export interface GatewayRow {
  id: string
  epoch: number
  lastApplied: number
  lastHash: string | null
  link: LinkState
  linkSince: number | null
  appliedGeneration: number | null
  appliedVersion: number | null
  software: string | null
  refused: Readonly<Record<string, number>>
}

export interface QuarantineRow {
  gatewayId: string
  epoch: number
  seq: number
  at: number
  reason: string
  body: Uint8Array
}

export interface StateRow {
  deviceId: string
  state: string
  since: number
  reason: unknown
  restartedWatched: number | null
  limitTracks: unknown
}

export interface ConditionRow {
  id: string
  subjectId: string
  code: string
  level: number
  since: number
  recoveredAt: number | null
  clearsWatched: number | null
  until: number | null
  evidence: Sentence
}

/**
 * The road's few statements, prepared once: they run for every batch, where a query builder would cost several times the work itself.
 * Everything here runs inside a write-queue job.
 */
export const prepareRoadRows = (db: DatabaseSync) => ({
  ...inputRows(db),
  ...verdictRows(db),
  ...storyRows(db),
})

export type RoadRows = ReturnType<typeof prepareRoadRows>

/** What came in, and where its gateway stands after it. */
function inputRows(db: DatabaseSync) {
  const journal = db.prepare(
    'INSERT INTO journal (gateway_id, kind, epoch, seq, received_at, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const gateway = db.prepare(
    `UPDATE gateway SET epoch = ?, last_applied = ?, last_hash = ?, link = ?, link_since = ?, applied_generation = ?, applied_version = ?,
       software = coalesce(?, software), refused = ? WHERE id = ?`,
  )
  const quarantine = db.prepare(
    'INSERT INTO quarantine (gateway_id, epoch, seq, at, reason, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const trimQuarantine = db.prepare('DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?')
  return {
    journal(row: JournalRow): number {
      const { gatewayId, kind, epoch, seq, receivedAt, body } = row
      return Number(journal.run(gatewayId, kind, epoch, seq, receivedAt, body).lastInsertRowid)
    },
    gateway(row: GatewayRow): void {
      const {
        id,
        epoch,
        lastApplied,
        lastHash,
        link,
        linkSince,
        appliedGeneration,
        appliedVersion,
        software,
      } = row
      const refused = JSON.stringify(row.refused)
      gateway.run(
        epoch,
        lastApplied,
        lastHash,
        link,
        linkSince,
        appliedGeneration,
        appliedVersion,
        software,
        refused,
        id,
      )
    },
    quarantine(row: QuarantineRow): void {
      quarantine.run(row.gatewayId, row.epoch, row.seq, row.at, row.reason, row.body)
      trimQuarantine.run(QUARANTINE_ROWS)
    },
  }
}

/** What was judged. */
function verdictRows(db: DatabaseSync) {
  const state = db.prepare(
    `INSERT INTO device_state (device_id, state, since, reason, restarted_watched, limit_tracks) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (device_id) DO UPDATE SET state = excluded.state, since = excluded.since, reason = excluded.reason,
       restarted_watched = excluded.restarted_watched, limit_tracks = excluded.limit_tracks`,
  )
  const condition = db.prepare(
    `INSERT INTO condition (id, subject_id, code, level, since, recovered_at, clears_watched, until, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET recovered_at = excluded.recovered_at, clears_watched = excluded.clears_watched, until = excluded.until`,
  )
  return {
    state(row: StateRow): void {
      const { deviceId, since, restartedWatched } = row
      const limitTracks = JSON.stringify(row.limitTracks)
      state.run(deviceId, row.state, since, JSON.stringify(row.reason), restartedWatched, limitTracks)
    },
    condition(row: ConditionRow): void {
      const { id, subjectId, code, level, since, recoveredAt, clearsWatched, until } = row
      const evidence = JSON.stringify(row.evidence)
      condition.run(id, subjectId, code, level, since, recoveredAt, clearsWatched, until, evidence)
    },
  }
}

/** What is told afterwards: the device's history, and the live events. */
function storyRows(db: DatabaseSync) {
  const timeline = db.prepare('INSERT INTO timeline (device_id, at, kind, code, text) VALUES (?, ?, ?, ?, ?)')
  const endFact = db.prepare(
    'UPDATE device_fact SET until = ? WHERE device_id = ? AND name = ? AND until IS NULL',
  )
  const fact = db.prepare(
    `INSERT INTO device_fact (device_id, name, value, since) VALUES (?, ?, ?, ?)
     ON CONFLICT (device_id, name, since) DO UPDATE SET value = excluded.value, until = NULL`,
  )
  const live = db.prepare(
    "INSERT INTO outgoing (kind, topic, subject_id, body, created_at) VALUES ('live', ?, ?, ?, ?)",
  )
  return {
    timeline(row: { deviceId: string; at: number; kind: string; code: string; text: string }): void {
      timeline.run(row.deviceId, row.at, row.kind, row.code, row.text)
    },
    /** A new value ends the one before: the row history is the device's history. */
    fact(row: { deviceId: string; name: string; value: string | boolean; at: number }): void {
      endFact.run(row.at, row.deviceId, row.name)
      fact.run(row.deviceId, row.name, JSON.stringify(row.value), row.at)
    },
    live(topic: 'device' | 'gateway', subjectId: string, body: unknown, at: number): void {
      live.run(topic, subjectId, JSON.stringify(body), at)
    },
  }
}

/** Enough to find out what a gateway sends wrongly; not enough to fill a disk. */
const QUARANTINE_ROWS = 1_000
