import { DatabaseSync } from 'node:sqlite'
import { say } from '@stillwatch/contract/sentences.ts'
import { pino } from 'pino'
import type { MetricLimit } from '../../../contract/api/devices.ts'
import { freshEpoch } from '../../../server/gateways/enrol.ts'
import { freeze } from '../../../server/health/checkpoint.ts'
import { Draft, type Fleet } from '../../../server/health/fleet.ts'
import { FleetChanges } from '../../../server/road/fleet-changes.ts'
import { loadFleet, readListHistory } from '../../../server/road/load.ts'
import { repliesToWire } from '../../../server/road/replies.ts'
import type { Outcome, RoadDeps, RoadInput } from '../../../server/road/round.ts'
import { carry, putAside } from '../../../server/road.ts'
import type { MetricStore } from '../../../server/store/metrics/metric-store.ts'
import { endGeneration } from '../../../server/store/records/backup.ts'
import { lastJournalRow, saveCheckpoint, trimJournal } from '../../../server/store/records/fleet-rows.ts'
import { migrate } from '../../../server/store/records/migrate.ts'
import type { Records } from '../../../server/store/records/records.ts'
import { prepareRoadRows } from '../../../server/store/records/road-rows.ts'
import { WriteQueue } from '../../../server/store/records/write-queue.ts'

export const START = Date.UTC(2026, 0, 1)
const RETENTION_MS = 365 * 24 * 3_600_000

export interface DeviceWanted {
  id: string
  gatewayId?: string
  windowS?: number
  recoveryHoldS?: number
  listenedOnly?: boolean
  dependsOn?: readonly string[]
  limits?: readonly MetricLimit[]
}

/** One database in memory for a whole test file; each case runs inside a transaction that is rolled back at its end. */
export function openCaseDatabase(): DatabaseSync {
  const db = new DatabaseSync(':memory:')
  db.exec('PRAGMA foreign_keys = ON')
  migrate(db)
  db.exec(`INSERT INTO tenant VALUES ('t', 'Tenant');
    INSERT INTO site VALUES ('s', 't', 1, 'Harbour house', 'Asia/Shanghai', ${START});
    INSERT INTO meta VALUES ('ticket_number', '0'), ('generation', '1'), ('config_version', '0')`)
  return db
}

/** Everything the metrics need to be told is told; none of it is kept. */
const forgetfulMetrics = {
  append: () => undefined,
  durableThrough: () => Number.MAX_SAFE_INTEGER,
} as unknown as MetricStore

/**
 * The real road (journal, judgement, tickets) over a real database, without sockets, timers and promises: tens of thousands of lives of
 * it fit in a test. A commit is a savepoint, so that a crash and a restored backup are one statement each.
 */
export class ServerUnderTest {
  readonly db: DatabaseSync
  readonly #rows: ReturnType<typeof prepareRoadRows>
  #ids = 0
  fleet: Fleet
  /** How many of the next commits fail at their end, after everything has been written. */
  failures = 0
  /** The same, of those that bring more than one input. */
  groupFailures = 0

  constructor(db: DatabaseSync) {
    this.db = db
    db.exec('BEGIN')
    this.#rows = prepareRoadRows(db)
    this.fleet = this.#load()
  }

  end(): void {
    this.db.exec('ROLLBACK')
  }

  get generation(): number {
    return Number(this.#value("SELECT value FROM meta WHERE key = 'generation'"))
  }

  addGateway(id: string, epoch = 1): void {
    this.db
      .prepare(
        "INSERT INTO gateway (id, tenant_id, site_id, name, epoch, link, created_at) VALUES (?, 't', 's', ?, ?, 'lost', ?)",
      )
      .run(id, id.toUpperCase(), epoch, START)
  }

  /** All in one list version; returns it. */
  addDevices(devices: readonly DeviceWanted[]): number {
    const version = this.nextVersion()
    for (const device of devices) this.#addDevice(device, version)
    for (const { id, dependsOn } of devices)
      for (const ancestor of dependsOn ?? []) this.run('INSERT INTO depends_on VALUES (?, ?)', id, ancestor)
    this.crash()
    return version
  }

  #addDevice(device: DeviceWanted, version: number): void {
    const { id, gatewayId = 'gw', windowS = 60, recoveryHoldS = null, listenedOnly = false } = device
    this.run(
      `INSERT INTO device (id, tenant_id, site_id, gateway_id, name, kind, address, drivers_sealed, drivers_public, listened_only,
         interval_s, silence_window_s, recovery_hold_s, limits, created_at)
       VALUES (?, 't', 's', ?, ?, 'other', '', x'00', '{}', ?, 20, ?, ?, ?, ?)`,
      ...[id, gatewayId, id.toUpperCase(), listenedOnly ? 1 : 0, windowS, recoveryHoldS],
      ...[JSON.stringify(device.limits ?? []), START],
    )
    this.run('INSERT INTO assignment VALUES (?, ?, ?, NULL)', id, gatewayId, version)
  }

  nextVersion(): number {
    return Number(
      this.#value(
        "UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT) WHERE key = 'config_version' RETURNING value",
      ),
    )
  }

  /** One commit group. A group that fails is tried again one by one and what fails alone is put aside, as the road itself does. */
  take(inputs: readonly RoadInput[]): { outcomes: Outcome[]; messages: ReturnType<typeof repliesToWire> } {
    const outcomes = this.#commit(inputs)
    const at = inputs.at(-1)?.receivedAt ?? START
    const messages = outcomes.flatMap(({ replies }) =>
      repliesToWire(replies, this.fleet, this.generation, at),
    )
    return { outcomes, messages }
  }

  #commit(inputs: readonly RoadInput[]): Outcome[] {
    const draft = new Draft(this.fleet)
    try {
      return [this.#transaction(draft, inputs, () => carry(this.#deps(), this.db, draft, inputs))]
    } catch (error) {
      draft.discard()
      if (!(error instanceof PlannedFailure)) throw error
      if (inputs.length > 1) return inputs.flatMap((input) => this.#commit([input]))
      const again = new Draft(this.fleet)
      const [input] = inputs as [RoadInput]
      return [this.#transaction(again, [], () => putAside(this.#deps(), this.db, again, input, 'planned'))]
    }
  }

  #transaction(draft: Draft, inputs: readonly RoadInput[], job: () => Outcome): Outcome {
    this.db.exec('SAVEPOINT job')
    try {
      const outcome = job()
      this.#failIfPlanned(inputs)
      this.db.exec('RELEASE job')
      draft.apply()
      return outcome
    } catch (error) {
      this.db.exec('ROLLBACK TO job; RELEASE job')
      throw error
    }
  }

  #failIfPlanned({ length }: readonly RoadInput[]): void {
    if (length > 0 && this.failures > 0) this.failures -= 1
    else if (length > 1 && this.groupFailures > 0) this.groupFailures -= 1
    else return
    throw new PlannedFailure()
  }

  #deps(): RoadDeps {
    return {
      fleet: this.fleet,
      rows: this.#rows,
      ...readListHistory(this.db),
      retentionMs: RETENTION_MS,
      newId: () => `id-${++this.#ids}`,
    }
  }

  /** The process ends and starts again: memory is gone, the records stay. */
  crash(): void {
    this.fleet = this.#load()
  }

  /** What a restart at this moment would know. */
  loaded(): Fleet {
    return this.#load()
  }

  #load(): Fleet {
    const { db } = this
    return loadFleet({ db, metrics: forgetfulMetrics, ...readListHistory(db), retentionMs: RETENTION_MS })
  }

  checkpoint(trim: boolean): void {
    for (const gatewayId of this.fleet.gateways.keys()) {
      const state = freeze(this.fleet, gatewayId)
      if (state) saveCheckpoint(this.db, gatewayId, lastJournalRow(this.db), state)
    }
    if (trim) trimJournal(this.db, lastJournalRow(this.db), 1_000_000)
  }

  backup(): void {
    this.db.exec('SAVEPOINT backup')
  }

  /** As `restoreRecords` prepares what a server may start on. The process is over; `crash` starts it again. */
  restore(generation: number): void {
    this.db.exec('ROLLBACK TO backup')
    endGeneration(this.db, this.generation)
    this.run("UPDATE meta SET value = ? WHERE key = 'generation'", String(generation))
    this.run(
      "UPDATE meta SET value = CAST(CAST(value AS INTEGER) + 1000 AS TEXT) WHERE key = 'ticket_number'",
    )
    this.run("UPDATE gateway SET link = 'lost' WHERE link IN ('connected', 'catching_up', 'lost')")
  }

  /** A new epoch with nothing applied, as enrolment and a person's word over a fenced gateway grant it. */
  async grantEpoch(id: string, at: number): Promise<number> {
    const epoch = (this.fleet.gateways.get(id)?.epoch ?? 0) + 1
    const { last_applied, last_hash, link, link_since } = freshEpoch(epoch, at)
    this.run(
      'UPDATE gateway SET epoch = ?, last_applied = ?, last_hash = ?, link = ?, link_since = ? WHERE id = ?',
      ...[epoch, last_applied, last_hash, link, link_since, id],
    )
    await this.#tell((changes) => changes.gatewayChanged(id), at)
    return epoch
  }

  async moveDevice(id: string, to: string, at: number): Promise<void> {
    const version = this.nextVersion()
    const from = this.fleet.devices.get(id)?.setup.gatewayId ?? ''
    this.run('UPDATE assignment SET to_version = ? WHERE device_id = ? AND to_version IS NULL', version, id)
    this.run('INSERT INTO assignment VALUES (?, ?, ?, NULL)', id, to, version)
    this.run('UPDATE device SET gateway_id = ? WHERE id = ?', to, id)
    // As server/devices/change.ts does in the same transaction: what was measured on the old watch clock means nothing on the new.
    this.run(
      "UPDATE device_state SET state = 'unknown', reason = ?, restarted_watched = NULL, limit_tracks = '[]' WHERE device_id = ?",
      JSON.stringify(say('state.handed_over')),
      id,
    )
    this.run(
      'UPDATE condition SET recovered_at = NULL, clears_watched = NULL WHERE subject_id = ? AND until IS NULL',
      id,
    )
    this.run(
      "UPDATE device_state SET state = 'unknown', since = ?, restarted_watched = NULL, limit_tracks = '[]' WHERE device_id = ?",
      ...[at, id],
    )
    this.run(
      'UPDATE condition SET recovered_at = NULL, clears_watched = NULL WHERE subject_id = ? AND until IS NULL',
      id,
    )
    await this.#tell((changes) => changes.devicesChanged([id], [from, to]), at)
  }

  async #tell(tell: (changes: FleetChanges) => void, at: number): Promise<void> {
    const records = { db: this.db, queue: new WriteQueue(nesting(this.db)) } as Records
    const changes = new FleetChanges({
      fleet: this.fleet,
      records,
      log: pino({ level: 'silent' }),
      now: () => at,
      gatewayConfig: () => Promise.reject(new Error('nobody is sent a list here')),
      send: () => undefined,
      kick: () => undefined,
      forgetSeries: async () => undefined,
      secretsChanged: () => undefined,
      granted: () => undefined,
      gatewayGone: () => undefined,
      told: () => undefined,
    })
    tell(changes)
    await records.queue.idle()
    await changes.idle()
  }

  run(sql: string, ...values: (string | number | null)[]): void {
    this.db.prepare(sql).run(...values)
  }

  all(sql: string, ...values: (string | number)[]): Record<string, unknown>[] {
    return this.db.prepare(sql).all(...values) as Record<string, unknown>[]
  }

  #value(sql: string): unknown {
    return Object.values(this.db.prepare(sql).get() ?? {})[0]
  }
}

/** The same connection for a writer that begins and commits: inside our one transaction these are savepoints. */
const nesting = (db: DatabaseSync): DatabaseSync =>
  new Proxy(db, {
    get(target, name) {
      if (name === 'exec') return (sql: string) => target.exec(savepoints[sql] ?? sql)
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })

const savepoints: Record<string, string> = {
  'BEGIN IMMEDIATE': 'SAVEPOINT edit',
  COMMIT: 'RELEASE edit',
  ROLLBACK: 'ROLLBACK TO edit; RELEASE edit',
}

/** Stands for a disk hiccup or a fault of ours in the middle of a transaction. */
class PlannedFailure extends Error {}
