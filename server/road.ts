import type { DatabaseSync } from 'node:sqlite'
import type { Sentence } from '@stillwatch/contract/api/common.ts'
import type { BatchEntry, BatchEnvelope } from '@stillwatch/contract/road.ts'
import { say } from '@stillwatch/contract/sentences.ts'
import { beginRecovery, clear, raise, raiseMomentary } from './health/conditions.ts'
import { refuseEntry } from './health/entries.ts'
import type { Draft } from './health/fleet.ts'
import type { GatewayHealth } from './health/gateway-health.ts'
import { judgeEntry } from './health/judge.ts'
import { knowsList } from './health/list-history.ts'
import { judgeSelf, QUIET_MS } from './health/self.ts'
import { isOlderSpan, watchedThrough } from './health/watch-clock.ts'
import { markOfBatch, markOfBeat } from './health/watching.ts'
import { bodyHash, isEntry, readBatch, readBeat, readHello, UnreadableBody } from './ingest/decode.ts'
import { continuesChain, judgeHello, judgeSeq } from './ingest/numbering.ts'
import { fence, onLost, setLink, whenCaughtUp } from './road/link.ts'
import { countRefused, type Outcome, type RoadDeps, type RoadInput, type Round, reply } from './road/round.ts'
import { followTickets } from './road/tickets.ts'
import { moveOn, onWatch, takeOver } from './road/watch.ts'
import { writeDraft } from './road/write.ts'

/**
 * The road of one heartbeat, from what a gateway sent to what the records say of it. One group of inputs is one transaction: numbers are
 * checked, the input is journalled, health is judged in event time, tickets follow, and only then, after the commit, the gateway hears
 * that it may forget.
 */

/** Carries a group of inputs into the records. Runs inside a write-queue job; what it changes in memory is in the draft. */
export function carry(deps: RoadDeps, db: DatabaseSync, draft: Draft, inputs: readonly RoadInput[]): Outcome {
  const outcome: Outcome = { draft, replies: [], samples: [], tickets: new Set() }
  const round: Round = { ...deps, db, draft, outcome }
  for (const input of inputs) {
    const gateway = draft.gateway(input.gatewayId)
    if (gateway) carryOne(round, gateway, input)
  }
  const at = inputs.at(-1)?.receivedAt ?? 0
  writeDraft(round, at)
  followTickets(round, at)
  return outcome
}

function carryOne(round: Round, gateway: GatewayHealth, input: RoadInput): void {
  switch (input.kind) {
    case 'hello':
      onHello(round, gateway, input.body, input.receivedAt)
      break
    case 'batch':
      onBatch(round, gateway, input)
      break
    case 'beat':
      onBeat(round, gateway, input.body, input.receivedAt)
      break
    case 'lost':
      onLost(round, gateway, input.receivedAt)
      break
    case 'end':
      gateway.helloNewest = null
  }
}

function onHello(round: Round, gateway: GatewayHealth, body: Uint8Array, receivedAt: number): void {
  const hello = tryRead(() => readHello(body))
  if (!hello) return countRefused(gateway, 'hello_unreadable')
  const verdict = judgeHello({ ...gateway, fenced: gateway.link === 'fenced' }, hello)
  if (verdict.is === 'refused') {
    countRefused(gateway, verdict.code)
    if (verdict.fence) fence(round, gateway, verdict.fence, receivedAt)
    const { code, message, epoch } = verdict
    reply(round, gateway, { is: 'refused', code, message, ...(epoch === undefined ? {} : { epoch }) })
    return
  }
  round.rows.journal({
    gatewayId: gateway.id,
    kind: 'hello',
    epoch: hello.epoch,
    seq: hello.newest,
    receivedAt,
    body,
  })
  const { epoch, lastApplied, lastHash } = verdict
  Object.assign(gateway, {
    epoch,
    lastApplied,
    lastHash,
    helloNewest: hello.newest,
    software: hello.software,
  })
  if (verdict.gap) noteGap(round, gateway, verdict.gap, receivedAt)
  clear(round.draft, gateway.id, gateway, 'gateway_cloned', receivedAt)
  reply(round, gateway, { is: 'welcome', nonce: hello.nonce, helloConfig: hello.configVersion })
  setLink(gateway, 'catching_up', receivedAt)
  whenCaughtUp(round, gateway, receivedAt)
}

function noteGap(round: Round, gateway: GatewayHealth, gap: { from: number; to: number }, at: number): void {
  const evidence = say('evidence.data_gap', gap)
  raise(round.draft, gateway.id, gateway, { code: 'data_gap', since: at, evidence }, round.newId)
  beginRecovery(round.draft, gateway.id, gateway, 'data_gap', at, watchedThrough(gateway.clock))
}

type BatchInput = Extract<RoadInput, { kind: 'batch' }>

function onBatch(round: Round, gateway: GatewayHealth, input: BatchInput): void {
  if (gateway.helloNewest === null || gateway.link === 'fenced') return
  const verdict = judgeSeq({ ...gateway, fenced: false }, input.epoch, input.seq)
  if (verdict.is === 'foreign_epoch') return countRefused(gateway, 'foreign_epoch')
  if (verdict.is === 'duplicate') return reply(round, gateway, { is: 'ack' })
  if (verdict.is === 'early') return reply(round, gateway, { is: 'ack', expect: verdict.expect })
  const batch = tryRead(() => readBatch(input.body))
  if (!batch || batch.seq !== input.seq || batch.epoch !== input.epoch || batch.gatewayId !== gateway.id) {
    return quarantine(round, gateway, input, say('evidence.batch_unreadable'))
  }
  if (!continuesChain({ ...gateway, fenced: false }, batch.prev)) {
    const evidence = say('evidence.cloned_chain', { seq: input.seq, applied: gateway.lastApplied })
    fence(round, gateway, evidence, input.receivedAt)
    return reply(round, gateway, { is: 'refused', code: 'gateway_cloned', message: evidence.text })
  }
  const rowId = round.rows.journal({ ...input, kind: 'batch' })
  consume(gateway, input)
  applyBatch(round, gateway, batch, rowId, input.receivedAt)
  reply(round, gateway, { is: 'ack' })
  whenCaughtUp(round, gateway, input.receivedAt)
}

/** A bad batch costs its own content and nothing else: its number is used up, its bytes are kept for whoever looks into it. */
function quarantine(round: Round, gateway: GatewayHealth, input: BatchInput, evidence: Sentence): void {
  round.rows.quarantine({ ...input, at: input.receivedAt, reason: evidence.text })
  consume(gateway, input)
  countRefused(gateway, 'quarantined')
  const trouble = { code: 'batches_refused', since: input.receivedAt, evidence }
  const clears = watchedThrough(gateway.clock) + QUIET_MS
  raiseMomentary(round.draft, gateway.id, gateway, trouble, clears, round.newId)
  reply(round, gateway, { is: 'ack', refused: { seq: input.seq, code: 'quarantined' } })
}

/** A batch that made us throw is put aside like one that cannot be read; anything else that did is dropped. */
export function putAside(
  deps: RoadDeps,
  db: DatabaseSync,
  draft: Draft,
  input: RoadInput,
  reason: string,
): Outcome {
  const outcome: Outcome = { draft, replies: [], samples: [], tickets: new Set() }
  const round: Round = { ...deps, db, draft, outcome }
  const gateway = draft.gateway(input.gatewayId)
  if (!gateway || input.kind !== 'batch') return outcome
  quarantine(round, gateway, input, say('plain', { words: reason }))
  writeDraft(round, input.receivedAt)
  followTickets(round, input.receivedAt)
  return outcome
}

function consume(gateway: GatewayHealth, input: BatchInput): void {
  gateway.lastApplied = input.seq
  gateway.lastHash = bodyHash(input.body)
}

function applyBatch(
  round: Round,
  gateway: GatewayHealth,
  batch: BatchEnvelope,
  rowId: number,
  receivedAt: number,
): void {
  const isKnown = knowsList(round, batch.configVersion)
  onWatch(round, gateway, markOfBatch(batch, isKnown))
  gateway.appliedGeneration = batch.configVersion.generation
  gateway.appliedVersion = batch.configVersion.version
  const held = new Map<string, number>()
  const rules = {
    gatewayId: gateway.id,
    version: isKnown ? batch.configVersion.version : ('today' as const),
    receivedAt,
    retentionMs: round.retentionMs,
  }
  if (isKnown) takeOver(round, gateway, batch, rules)
  for (const entry of batch.devices) {
    const refusal = isEntry(entry) ? refuseEntry(entry, round.draft.peek(entry.id)?.setup, rules) : 'schema'
    if (!isEntry(entry) || refusal) {
      countRefused(gateway, refusal ?? 'schema')
      continue
    }
    if (entry.heldSince !== undefined) held.set(entry.id, entry.heldSince)
    applyEntry(round, gateway, entry, rowId)
  }
  moveOn(round, gateway, { through: batch.through, held }, receivedAt)
}

function applyEntry(round: Round, gateway: GatewayHealth, entry: BatchEntry, rowId: number): void {
  if (entry.samples)
    round.outcome.samples.push({ rowId, deviceId: entry.id, at: entry.t, samples: entry.samples })
  if (entry.id === gateway.id) return judgeSelf(round, gateway, entry)
  const seen = round.draft.peek(entry.id)
  // What its gateway of before still had in its spool is history: kept, but it says nothing about today.
  if (seen?.setup.gatewayId !== gateway.id) return
  const device = round.draft.device(entry.id)
  if (!device) return
  if (device.adopted) judgeEntry(round, gateway, device, entry)
  noteFacts(round, entry)
}

function noteFacts(round: Round, entry: BatchEntry): void {
  const device = round.draft.device(entry.id)
  if (!device) return
  for (const [name, value] of Object.entries(entry.facts ?? {})) {
    if (device.facts.get(name) === value) continue
    device.facts = new Map(device.facts).set(name, value)
    round.draft.facts.push({ deviceId: entry.id, name, value, at: entry.t })
  }
  for (const event of entry.events ?? []) {
    const text = event.data ? JSON.stringify(event.data) : ''
    round.draft.timeline.push({ deviceId: entry.id, at: event.at, kind: 'event', code: event.kind, text })
  }
}

function onBeat(round: Round, gateway: GatewayHealth, body: Uint8Array, receivedAt: number): void {
  if (gateway.helloNewest === null || gateway.link === 'fenced') return
  const beat = tryRead(() => readBeat(body))
  if (!beat) return countRefused(gateway, 'beat_unreadable')
  // It vouches only for what is in the batches before it; one that overtook them is made good by the next.
  if (
    beat.epoch !== gateway.epoch ||
    beat.afterSeq !== gateway.lastApplied ||
    isOlderSpan(gateway.clock, beat)
  )
    return
  round.rows.journal({
    gatewayId: gateway.id,
    kind: 'beat',
    epoch: beat.epoch,
    seq: beat.afterSeq,
    receivedAt,
    body,
  })
  onWatch(round, gateway, markOfBeat(beat, gateway.clock))
  const held = new Map(beat.held.map((device) => [device.id, device.since]))
  moveOn(round, gateway, { through: beat.through, held }, receivedAt)
  whenCaughtUp(round, gateway, receivedAt)
}

function tryRead<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof UnreadableBody) return undefined
    throw error
  }
}
