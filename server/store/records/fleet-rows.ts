import type { DatabaseSync } from 'node:sqlite'
import type { LinkState } from '@stillwatch/contract/api/gateways.ts'
import type { HealthState } from '@stillwatch/contract/health.ts'

/** Reads the fleet as the road keeps it in memory; all of it at start, single devices when somebody has edited them. */

export interface GatewayRecord {
  id: string
  tenant_id: string
  site_id: string
  name: string
  epoch: number
  last_applied: number
  last_hash: string | null
  link: LinkState
  link_since: number | null
  applied_generation: number | null
  applied_version: number | null
  software: string | null
  refused: string
}

export interface DeviceRecord {
  id: string
  tenant_id: string
  site_id: string
  gateway_id: string
  name: string
  kind: string
  listened_only: number
  silence_window_s: number
  recovery_hold_s: number | null
  limits: string
  created_at: number
  state: HealthState | null
  since: number | null
  reason: string | null
  restarted_watched: number | null
  limit_tracks: string | null
  depends_on: string
  assignments: string
  facts: string
}

export interface ConditionRecord {
  id: string
  subject_id: string
  code: string
  level: number
  since: number
  recovered_at: number | null
  clears_watched: number | null
  evidence: string
}

const one = (ids: readonly string[] | undefined, column: string): string =>
  ids ? `WHERE ${column} IN (SELECT value FROM json_each(?))` : 'WHERE ? IS NULL'

const listed = (ids: readonly string[] | undefined): string | null => (ids ? JSON.stringify(ids) : null)

export function readGateways(db: DatabaseSync, ids?: readonly string[]): GatewayRecord[] {
  return db
    .prepare(`SELECT * FROM gateway g ${one(ids, 'g.id')}`)
    .all(listed(ids)) as unknown as GatewayRecord[]
}

export function readDevices(db: DatabaseSync, ids?: readonly string[]): DeviceRecord[] {
  return db
    .prepare(
      `SELECT d.id, d.tenant_id, d.site_id, d.gateway_id, d.name, d.kind, d.listened_only, d.silence_window_s, d.recovery_hold_s, d.limits,
         d.created_at, s.state, s.since, s.reason, s.restarted_watched, s.limit_tracks,
         (SELECT json_group_array(ancestor_id) FROM depends_on p WHERE p.device_id = d.id) AS depends_on,
         (SELECT json_group_array(json_object('gatewayId', gateway_id, 'from', from_version, 'to', to_version)) FROM assignment a WHERE a.device_id = d.id) AS assignments,
         (SELECT json_group_array(json_array(name, value)) FROM device_fact f WHERE f.device_id = d.id AND f.until IS NULL) AS facts
       FROM device d LEFT JOIN device_state s ON s.device_id = d.id ${one(ids, 'd.id')}`,
    )
    .all(listed(ids)) as unknown as DeviceRecord[]
}

export function readActiveConditions(db: DatabaseSync, subjects?: readonly string[]): ConditionRecord[] {
  return db
    .prepare(`SELECT * FROM condition c ${one(subjects, 'c.subject_id')} AND c.until IS NULL`)
    .all(listed(subjects)) as unknown as ConditionRecord[]
}

export function readCheckpoints(db: DatabaseSync): Map<string, { upto: number; state: Uint8Array }> {
  const rows = db.prepare('SELECT gateway_id, upto, state FROM gateway_checkpoint').all()
  return new Map(
    rows.map((row) => [String(row.gateway_id), { upto: Number(row.upto), state: row.state as Uint8Array }]),
  )
}

export interface JournalRecord {
  id: number
  gateway_id: string
  kind: string
  received_at: number
  body: Uint8Array
}

/** Journal rows above `after`, oldest first. */
export function* readJournal(db: DatabaseSync, after: number): Generator<JournalRecord> {
  const rows = db
    .prepare('SELECT id, gateway_id, kind, received_at, body FROM journal WHERE id > ? ORDER BY id')
    .iterate(after)
  for (const row of rows) yield row as unknown as JournalRecord
}

export const lastJournalRow = (db: DatabaseSync): number =>
  Number(
    db.prepare("SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0) AS last").get()
      ?.last ?? 0,
  )

export function saveCheckpoint(db: DatabaseSync, gatewayId: string, upto: number, state: Uint8Array): void {
  db.prepare(
    `INSERT INTO gateway_checkpoint (gateway_id, upto, state) VALUES (?, ?, ?)
     ON CONFLICT (gateway_id) DO UPDATE SET upto = excluded.upto, state = excluded.state`,
  ).run(gatewayId, upto, state)
}

/** Forgets journal rows that neither the metrics nor the checkpoints need any more, a bounded number a call. */
export function trimJournal(
  db: DatabaseSync,
  through: number,
  most: number,
): { rows: number; bytes: number } {
  const gone = db
    .prepare(
      'DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id <= ? ORDER BY id LIMIT ?) RETURNING length(body) AS bytes',
    )
    .all(through, most)
  return { rows: gone.length, bytes: gone.reduce((sum, row) => sum + Number(row.bytes), 0) }
}

export const journalBytes = (db: DatabaseSync): number =>
  Number(db.prepare('SELECT coalesce(sum(length(body)), 0) AS bytes FROM journal').get()?.bytes ?? 0)

export function readMeta(db: DatabaseSync, key: string): string | undefined {
  return db.prepare('SELECT value FROM meta WHERE key = ?').get(key)?.value as string | undefined
}

/** SHA-256 of each enrolled gateway's secret, hex, by gateway id. */
export function readSecretHashes(db: DatabaseSync): Map<string, string> {
  const rows = db.prepare('SELECT id, secret_hash FROM gateway WHERE secret_hash IS NOT NULL').all()
  return new Map(rows.map((row) => [String(row.id), String(row.secret_hash)]))
}

export const countDevices = (db: DatabaseSync): number =>
  Number(db.prepare('SELECT count(*) AS n FROM device').get()?.n ?? 0)
