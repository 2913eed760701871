import { createHash, timingSafeEqual } from 'node:crypto'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { CheckResult } from '@stillwatch/contract/road.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { Up } from '@stillwatch/contract/topics.ts'
import type { Logger } from 'pino'
import { Draft, type Fleet } from '../health/fleet.ts'
import type { HealthView } from '../health/view.ts'
import { Asks } from '../ingest/asks.ts'
import { readJson } from '../ingest/decode.ts'
import { GatewayTimers } from '../ingest/gateway-timers.ts'
import { GroupCommit } from '../ingest/group-commit.ts'
import { carry, putAside } from '../road.ts'
import type { MetricStore } from '../store/metrics/metric-store.ts'
import { readSecretHashes } from '../store/records/fleet-rows.ts'
import type { Records } from '../store/records/records.ts'
import type { RoadFigures } from './figures.ts'
import { repliesToWire, type WireMessage } from './replies.ts'
import type { Outcome, RoadDeps, RoadInput } from './round.ts'

/** What the rest of the server is told after a commit. */
export interface Told {
  changed(changes: {
    deviceIds?: readonly string[]
    ticketIds?: readonly string[]
    gatewayIds?: readonly string[]
  }): void
  samples(
    values: readonly { deviceId: string; at: number; samples: Readonly<Record<string, number>> }[],
  ): void
}

export interface OpenRoadDeps extends RoadDeps {
  records: Records
  metrics: MetricStore
  clock: Clock
  log: Logger
  figures: RoadFigures
  told: Told
  send(gatewayId: string, message: WireMessage): void
  /** The gateway has been welcomed with a device list that may be old. */
  welcomed(gatewayId: string, config: { generation: number; version: number }): void
  /** The records cannot be written: nothing may be acknowledged any more. */
  fatal(error: unknown): void
}

/** The road in motion: takes messages from the broker, commits them in groups, and answers after the commit. */
export class Road {
  readonly #deps: OpenRoadDeps
  readonly #group: GroupCommit<RoadInput>
  readonly #timers: GatewayTimers
  readonly #asks: Asks
  #secrets: ReadonlyMap<string, string>

  constructor(deps: OpenRoadDeps) {
    this.#deps = deps
    this.#group = new GroupCommit(deps.clock, (inputs) => this.#commit(inputs))
    this.#timers = new GatewayTimers(deps.clock, (gatewayId) => {
      this.#group.add({ kind: 'lost', gatewayId, receivedAt: deps.clock.now() })
    })
    this.#asks = new Asks(deps.clock, (gatewayId, ask) => deps.send(gatewayId, { leaf: 'ask', body: ask }))
    this.#secrets = readSecretHashes(deps.records.db)
    for (const gateway of deps.fleet.gateways.values())
      if (gateway.link !== 'not_enrolled') this.#timers.heard(gateway.id)
  }

  get fleet(): Fleet {
    return this.#deps.fleet
  }

  get waiting(): number {
    return this.#group.waiting
  }

  readonly view: HealthView = {
    lastEvidenceAt: (deviceId) => this.fleet.devices.get(deviceId)?.evidenceAt ?? null,
    checks: (deviceId) => this.fleet.devices.get(deviceId)?.checks.map((track) => track.last) ?? [],
    gateway: (gatewayId) => {
      const gateway = this.fleet.gateways.get(gatewayId)
      return {
        watermark: gateway?.clock.through || null,
        spoolDepth: gateway?.spoolDepth ?? null,
        clockOffsetMs: gateway?.clockOffsetMs ?? null,
      }
    },
  }

  /** A gateway's password is a secret that the server knows only by its hash. */
  authenticate(gatewayId: string, secret: Uint8Array): boolean {
    const expected = this.#secrets.get(gatewayId)
    if (expected === undefined) return false
    return timingSafeEqual(createHash('sha256').update(secret).digest(), Buffer.from(expected, 'hex'))
  }

  onMessage(gatewayId: string, up: Up, body: Uint8Array): void {
    const receivedAt = this.#deps.clock.now()
    if (up.leaf === 'answer') return this.#answer(gatewayId, body)
    if (up.leaf === 'gone') return
    if (up.leaf !== 'hello') this.#timers.heard(gatewayId)
    const input: RoadInput =
      up.leaf === 'batch'
        ? { kind: 'batch', gatewayId, epoch: up.epoch, seq: up.seq, body, receivedAt }
        : { kind: up.leaf, gatewayId, body, receivedAt }
    this.#group.add(input)
  }

  onEnd(gatewayId: string, gone: boolean): void {
    if (gone) this.#timers.gone(gatewayId)
    this.#group.add({ kind: 'end', gatewayId, receivedAt: this.#deps.clock.now() })
  }

  /** Asks a device now. Rejects with `gateway_offline` or `no_answer_in_time`. */
  ask(gatewayId: string, deviceId: string): Promise<CheckResult[]> {
    if (this.fleet.gateways.get(gatewayId)?.helloNewest == null)
      return Promise.reject(new StillwatchError('gateway_offline'))
    return this.#asks.ask(gatewayId, deviceId)
  }

  /** Credentials were granted or revoked. */
  rereadSecrets(): void {
    this.#secrets = readSecretHashes(this.#deps.records.db)
  }

  /** It was granted an epoch, so it should be heard soon. */
  expectGateway(gatewayId: string): void {
    this.#timers.expect(gatewayId)
  }

  forgetGateway(gatewayId: string): void {
    this.#timers.forget(gatewayId)
  }

  /** Commits what has arrived; call after the broker has been closed. */
  async close(): Promise<void> {
    this.#timers.close()
    this.#asks.close()
    await this.#group.close()
  }

  #answer(gatewayId: string, body: Uint8Array): void {
    try {
      this.#asks.answered(gatewayId, readJson(body))
    } catch (error) {
      this.#deps.log.debug({ gatewayId, error: String(error) }, 'An answer could not be read.')
    }
  }

  async #commit(inputs: readonly RoadInput[]): Promise<void> {
    const { records, fleet, figures } = this.#deps
    const draft = new Draft(fleet)
    const stop = figures.commit.startTimer()
    try {
      await records.queue.run(
        (db) => carry(this.#deps, db, draft, inputs),
        (outcome) => this.#committed(inputs, outcome),
      )
    } catch (error) {
      draft.discard()
      await this.#failed(inputs, error)
    } finally {
      stop()
    }
  }

  /** One bad batch must not cost the others: the group is tried again one by one, and what fails alone is put aside. */
  async #failed(inputs: readonly RoadInput[], error: unknown): Promise<void> {
    if (isOfTheDisk(error)) return this.#deps.fatal(error)
    if (inputs.length > 1) {
      for (const input of inputs) await this.#commit([input])
      return
    }
    const [input] = inputs
    if (!input) return
    this.#deps.log.error(
      { err: error, gatewayId: input.gatewayId, kind: input.kind },
      'An input could not be applied and was put aside.',
    )
    const draft = new Draft(this.#deps.fleet)
    await this.#deps.records.queue
      .run(
        (db) =>
          putAside(this.#deps, db, draft, input, error instanceof Error ? error.message : 'unknown error'),
        (outcome) => this.#committed([], outcome),
      )
      .catch((again: unknown) => this.#deps.fatal(again))
  }

  #committed(inputs: readonly RoadInput[], outcome: Outcome): void {
    const { metrics, told, figures } = this.#deps
    const { draft, samples } = outcome
    try {
      draft.apply()
      for (const row of samples) metrics.append(row.rowId, row.deviceId, row.at, row.samples)
    } catch (error) {
      this.#deps.fatal(error)
      return
    }
    for (const input of inputs) figures.inputs.inc({ kind: input.kind })
    figures.samples.inc(samples.reduce((sum, row) => sum + Object.keys(row.samples).length, 0))
    this.#answerGateways(outcome)
    const subjects = [...draft.conditions.values()].map((change) => change.subjectId)
    const gatewayIds = [...draft.touchedGateways].map((gateway) => gateway.id)
    told.changed({ deviceIds: [...draft.verdicts, ...subjects], ticketIds: [...outcome.tickets], gatewayIds })
    told.samples(samples)
  }

  #answerGateways(outcome: Outcome): void {
    const { send, welcomed, fleet, generation, clock } = this.#deps
    for (const { gatewayId, message } of repliesToWire(outcome.replies, fleet, generation, clock.now()))
      send(gatewayId, message)
    for (const { gatewayId, reply } of outcome.replies)
      if (reply.is === 'welcome') {
        this.#timers.expect(gatewayId)
        welcomed(gatewayId, reply.helloConfig)
      }
  }
}

/** SQLite's own word that it cannot write (full, I/O, corrupt, read-only): no retry helps, and nothing may be acknowledged. */
function isOfTheDisk(error: unknown): boolean {
  const { code, errcode } = error as { code?: string; errcode?: number }
  return code === 'ERR_SQLITE_ERROR' && errcode !== undefined && [8, 10, 11, 13, 26].includes(errcode & 0xff)
}
