import type { DatabaseSync } from 'node:sqlite'
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
  evidence: string
}

/**
 * The road's few statements, prepared once: they run for every batch, where a query builder would cost several times the work itself.
 * Everything here runs inside a write-queue job.
 */
export function prepareRoadRows(db: DatabaseSync) {
  const journal = db.prepare(
    'INSERT INTO journal (gateway_id, kind, epoch, seq, received_at, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const gateway = db.prepare(
    `UPDATE gateway SET epoch = ?, last_applied = ?, last_hash = ?, link = ?, link_since = ?, applied_generation = ?, applied_version = ?,
       software = coalesce(?, software), refused = ? WHERE id = ?`,
  )
  const state = db.prepare(
    `INSERT INTO device_state (device_id, state, since, reason, restarted_watched, limit_tracks) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (device_id) DO UPDATE SET state = excluded.state, since = excluded.since, reason = excluded.reason,
       restarted_watched = excluded.restarted_watched, limit_tracks = excluded.limit_tracks`,
  )
  const condition = db.prepare(
    `INSERT INTO condition (id, subject_id, code, level, since, recovered_at, clears_watched, until, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET recovered_at = excluded.recovered_at, clears_watched = excluded.clears_watched, until = excluded.until`,
  )
  const timeline = db.prepare('INSERT INTO timeline (device_id, at, kind, code, text) VALUES (?, ?, ?, ?, ?)')
  const endFact = db.prepare(
    'UPDATE device_fact SET until = ? WHERE device_id = ? AND name = ? AND until IS NULL',
  )
  const fact = db.prepare(
    `INSERT INTO device_fact (device_id, name, value, since) VALUES (?, ?, ?, ?)
     ON CONFLICT (device_id, name, since) DO UPDATE SET value = excluded.value, until = NULL`,
  )
  const quarantine = db.prepare(
    'INSERT INTO quarantine (gateway_id, epoch, seq, at, reason, body) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const trimQuarantine = db.prepare('DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?')
  const live = db.prepare(
    "INSERT INTO outgoing (kind, topic, subject_id, body, created_at) VALUES ('live', ?, ?, ?, ?)",
  )
  return {
    journal: (row: JournalRow): number =>
      Number(
        journal.run(row.gatewayId, row.kind, row.epoch, row.seq, row.receivedAt, row.body).lastInsertRowid,
      ),
    gateway: (row: GatewayRow): void => {
      gateway.run(
        row.epoch,
        row.lastApplied,
        row.lastHash,
        row.link,
        row.linkSince,
        row.appliedGeneration,
        row.appliedVersion,
        row.software,
        JSON.stringify(row.refused),
        row.id,
      )
    },
    state: (row: StateRow): void => {
      const { deviceId, since, restartedWatched } = row
      state.run(
        deviceId,
        row.state,
        since,
        JSON.stringify(row.reason),
        restartedWatched,
        JSON.stringify(row.limitTracks),
      )
    },
    condition: (row: ConditionRow): void => {
      condition.run(
        row.id,
        row.subjectId,
        row.code,
        row.level,
        row.since,
        row.recoveredAt,
        row.clearsWatched,
        row.until,
        row.evidence,
      )
    },
    timeline: (row: { deviceId: string; at: number; kind: string; code: string; text: string }): void => {
      timeline.run(row.deviceId, row.at, row.kind, row.code, row.text)
    },
    /** A new value ends the one before: the row history is the device's history. */
    fact: (row: { deviceId: string; name: string; value: string | boolean; at: number }): void => {
      endFact.run(row.at, row.deviceId, row.name)
      fact.run(row.deviceId, row.name, JSON.stringify(row.value), row.at)
    },
    quarantine: (row: {
      gatewayId: string
      epoch: number
      seq: number
      at: number
      reason: string
      body: Uint8Array
    }): void => {
      quarantine.run(row.gatewayId, row.epoch, row.seq, row.at, row.reason, row.body)
      trimQuarantine.run(QUARANTINE_ROWS)
    },
    live: (topic: 'device' | 'gateway', subjectId: string, body: unknown, at: number): void => {
      live.run(topic, subjectId, JSON.stringify(body), at)
    },
  }
}

/** Enough to find out what a gateway sends wrongly; not enough to fill a disk. */
const QUARANTINE_ROWS = 1_000

export type RoadRows = ReturnType<typeof prepareRoadRows>
