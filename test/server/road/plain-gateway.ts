import { createHash } from 'node:crypto'
import type { BatchEntry, CheckReason } from '../../../contract/road.ts'
import { type DeviceWanted, openCaseDatabase, ServerUnderTest, START } from './server-under-test.ts'

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

/** A gateway's messages, one by one, as a test tells the story. All times are seconds after the start. */
export class PlainGateway {
  readonly server: ServerUnderTest
  readonly id: string
  epoch = 1
  seq = 0
  span = 1
  spanStartS = 0
  version = 1
  /** Of its device list, where that is not the server's. */
  generation: number | undefined
  hash: string | undefined
  held: { id: string; sinceS: number }[] = []
  /** The server's own clock, where it differs from the gateway's. */
  receivedS: number | undefined

  constructor(server: ServerUnderTest, id = 'gw') {
    this.server = server
    this.id = id
  }

  hello(atS: number, newest = this.seq): void {
    const hello = {
      ...{ v: 1, epoch: this.epoch, oldest: Math.min(1, newest), newest, nonce: 'nonce-nonce' },
      configVersion: this.#config(),
      software: 'test',
    }
    this.server.take([
      { kind: 'hello', gatewayId: this.id, body: bytes(hello), receivedAt: this.#received(atS) },
    ])
  }

  /** The next batch, vouching up to `throughS`. */
  batch(throughS: number, entries: readonly unknown[] = [], patch: Record<string, unknown> = {}): void {
    this.seq += 1
    const held = this.held.map(({ id, sinceS }) => ({ id, t: at(throughS), heldSince: at(sinceS) }))
    const body = bytes({
      ...{ v: 1, gatewayId: this.id, epoch: this.epoch, seq: this.seq },
      ...(this.hash && { prev: this.hash }),
      ...this.#watch(throughS),
      configVersion: this.#config(),
      devices: [...entries, ...held],
      ...patch,
    })
    this.hash = createHash('sha256').update(body).digest('hex').slice(0, 16)
    const { epoch, seq } = this
    this.server.take([
      { kind: 'batch', gatewayId: this.id, epoch, seq, body, receivedAt: this.#received(throughS) },
    ])
  }

  beat(throughS: number): void {
    const held = this.held.map(({ id, sinceS }) => ({ id, since: at(sinceS) }))
    const body = bytes({ v: 1, epoch: this.epoch, afterSeq: this.seq, ...this.#watch(throughS), held })
    this.server.take([{ kind: 'beat', gatewayId: this.id, body, receivedAt: this.#received(throughS) }])
  }

  input(kind: 'lost' | 'end', atS: number): void {
    this.server.take([{ kind, gatewayId: this.id, receivedAt: this.#received(atS) }])
  }

  newSpan(startS: number): void {
    this.span += 1
    this.spanStartS = startS
  }

  #watch(throughS: number) {
    return { span: this.span, spanStart: at(this.spanStartS), through: at(throughS) }
  }

  #config() {
    return { generation: this.generation ?? this.server.generation, version: this.version }
  }

  #received(atS: number): number {
    return at(this.receivedS ?? atS)
  }
}

export const at = (s: number): number => START + s * 1000

export const alive = (id: string, s: number, more: Partial<BatchEntry> = {}): BatchEntry => ({
  id,
  t: at(s),
  evidenceAt: at(s),
  checks: [{ check: 'tcp', at: at(s), ok: true, tookMs: 1 }],
  ...more,
})

/** A device that spoke by itself. */
export const spoke = (id: string, s: number): BatchEntry => ({ id, t: at(s), evidenceAt: at(s) })

export const missed = (
  id: string,
  s: number,
  reason: CheckReason = 'timeout',
  check = 'tcp',
): BatchEntry => ({
  id,
  t: at(s),
  checks: [{ check, at: at(s), ok: false, reason, tookMs: 1 }],
})

export interface Site {
  server: ServerUnderTest
  gateway: PlainGateway
  state(id: string): string | undefined
  /** Codes of the conditions that have not ended. */
  conditions(id: string): string[]
  /** Open tickets by fault, in order. */
  openTickets(): string[]
  end(): void
}

/** A server and a gateway that has said hello and watches these devices from second 0. */
export function siteWith(devices: readonly DeviceWanted[], others: readonly string[] = []): Site {
  const server = new ServerUnderTest(openCaseDatabase())
  for (const id of ['gw', ...others]) server.addGateway(id)
  server.addDevices(devices)
  const gateway = new PlainGateway(server)
  gateway.hello(0)
  gateway.batch(0)
  return {
    server,
    gateway,
    state: (id) => server.fleet.devices.get(id)?.state,
    conditions: (id) =>
      server
        .all('SELECT code FROM condition WHERE subject_id = ? AND until IS NULL ORDER BY code', id)
        .map((row) => String(row.code)),
    openTickets: () =>
      server
        .all(
          "SELECT dedup_key AS key FROM ticket WHERE state NOT IN ('resolved', 'confirmed', 'archived', 'cancelled') ORDER BY key",
        )
        .map((row) => String(row.key)),
    end: () => server.db.close(),
  }
}
