import { join } from 'node:path'
import type { AppliedBefore } from '@stillwatch/contract/api/gateways.ts'
import type { BatchEntry, ConfigVersion } from '@stillwatch/contract/road.ts'
import { type Clock, MINUTE_MS } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import type { Outcome } from '../poll/due-check.ts'
import { type ServerTime, type Span, type SpanReason, Spans } from '../watch/spans.ts'
import { Stamps } from '../watch/stamps.ts'
import { startTime } from '../watch/start-time.ts'
import { Watermark } from '../watch/watermark.ts'
import { BatchWindow } from './batch-window.ts'
import { renumber, shiftTimes } from './renumber.ts'
import { settle } from './settle.ts'
import { type Appended, Spool } from './spool.ts'
import { toEntry } from './to-entry.ts'

export interface LedgerOptions {
  dataDir: string
  gatewayId: string
  /** Granted at enrolment, and the server's time then. */
  epoch: number
  enrolledAt: number
  /** What the server had of this gateway before that enrolment. */
  appliedBefore?: AppliedBefore
  clock: Clock
  log: Logger
  /** Tells one boot of the machine from another. */
  bootId?: string
  spoolCapBytes?: number
  configVersion: () => ConfigVersion
  linkUp: () => boolean
  promote: () => void
  /** A batch is on the disk. */
  written: () => void
  /** A new stretch of watching has begun. */
  spanStarted: (span: SpanStarted) => void
}

export interface SpanStarted extends Span {
  reason: SpanReason
  recentStarts: readonly number[]
  /** How far event time jumped, milliseconds. */
  jumpMs: number
}

const TRIM_EVERY_MS = MINUTE_MS
/** Smaller changes of the machine's offset are not worth a write. */
const OFFSET_STEP_MS = 100

/** Everything this gateway writes down: what devices said, in which span, how far it vouches, and in which numbers. */
export class Ledger {
  readonly spool: Spool
  readonly spans: Spans
  readonly stamps = new Stamps()
  readonly watermark = new Watermark()
  readonly window: BatchWindow
  readonly #options: LedgerOptions
  readonly #firstSpan: number
  #lostBatches = 0
  #keptOffsetMs = Number.NaN
  #cancelTrim: () => void = () => undefined

  constructor(options: LedgerOptions) {
    this.#options = options
    const { dataDir, epoch, clock, log, spoolCapBytes: capBytes } = options
    const path = join(dataDir, 'spool.db')
    this.spool = new Spool({ path, epoch, now: clock.now(), ...(capBytes !== undefined && { capBytes }) })
    if (this.spool.movedTo)
      log.error({ movedTo: this.spool.movedTo }, 'the spool could not be read; a fresh one was started')
    this.#firstSpan = this.spool.watchState.span + 1
    this.spans = this.#createSpans()
    this.window = this.#createWindow()
    this.#takeIdentity()
  }

  /** Batches that never got a place because the disk was full, and batches dropped for want of room. */
  get droppedBatches(): number {
    return this.spool.dropped + this.#lostBatches
  }

  start(): void {
    this.spans.start()
    this.#trimLater()
  }

  /** Writes down what a device said; returns the event time it was heard. */
  record(id: string, outcome: Outcome, listened: boolean): number {
    this.spans.touch()
    const at = this.spans.now()
    this.window.add(toEntry(id, this.stamps.next(id, at), at, listened, outcome))
    return at
  }

  /** Writes down what the gateway has to say about itself. */
  recordSelf(
    said: Pick<BatchEntry, 'samples'> | { kind: string; data: Record<string, string | number> },
  ): void {
    const id = this.#options.gatewayId
    this.spans.touch()
    const at = this.spans.now()
    const t = this.stamps.next(id, at)
    this.window.add('kind' in said ? { id, t, events: [{ ...said, at }] } : { id, t, ...said })
  }

  /** A list kept for the next start of this gateway. */
  kept(name: string): unknown[] {
    const list: unknown = JSON.parse(String(this.spool.meta(name) ?? '[]'))
    return Array.isArray(list) ? list : []
  }

  keep(name: string, list: readonly (string | number)[]): void {
    this.spool.setMeta({ [name]: JSON.stringify(list) })
  }

  serverSaid(time: ServerTime): void {
    this.spans.serverSaid(time)
    const offsetMs = this.spans.clockOffsetMs()
    if (Math.abs(offsetMs - this.#keptOffsetMs) < OFFSET_STEP_MS) return
    this.#keptOffsetMs = offsetMs
    this.spool.setMeta({ offset_ms: offsetMs, boot_id: this.#options.bootId ?? '' })
  }

  /** Goes on in another epoch: what the server does not have yet is numbered anew. */
  adopt(epoch: number): void {
    this.window.flush()
    this.spool.renumber(epoch, renumber(this.#options.gatewayId))
    this.spans.renew('renumbered')
  }

  close(): void {
    this.spans.stop()
    this.#cancelTrim()
    this.spool.close()
  }

  #createSpans(): Spans {
    const { clock, bootId, enrolledAt, linkUp } = this.#options
    const { span, through } = this.spool.watchState
    const [offsetMs, knownBoot] = [this.spool.meta('offset_ms'), this.spool.meta('boot_id')]
    return new Spans({
      clock,
      lastSpan: span,
      recentStarts: this.kept('span_starts').filter((each) => typeof each === 'number'),
      startAt: startTime(clock.now(), bootId, {
        time: Math.max(through, enrolledAt),
        ...(typeof offsetMs === 'number' && { offsetMs }),
        ...(typeof knownBoot === 'string' && { bootId: knownBoot }),
      }),
      linkUp,
      ending: (through) => this.window.closeSpan(through),
      started: (span, reason, recentStarts, jumpMs) =>
        this.#spanStarted({ ...span, reason, recentStarts, jumpMs }),
      timeFound: (byMs) => this.spool.replaceUnacked(shiftTimes(byMs, this.#firstSpan)),
    })
  }

  #createWindow(): BatchWindow {
    const { clock, gatewayId, configVersion, promote, linkUp } = this.#options
    return new BatchWindow({
      clock,
      gatewayId,
      spool: this.spool,
      spans: this.spans,
      stamps: this.stamps,
      watermark: this.watermark,
      configVersion,
      promote,
      linkUp,
      written: (appended) => this.#appended(appended),
    })
  }

  /** Enrolled anew with the old spool: what is in it goes on under the new identity. */
  #takeIdentity(): void {
    const { gatewayId, epoch, appliedBefore, clock, log } = this.#options
    const before = this.spool.meta('gateway') ?? gatewayId
    if (before !== gatewayId || epoch > this.spool.epoch) {
      if (before === gatewayId && appliedBefore) settle(this.spool, appliedBefore, clock.now())
      log.info({ epoch, kept: this.spool.depth }, 'the spool goes on under a new enrolment')
      this.spool.renumber(epoch, renumber(gatewayId))
    }
    if (this.spool.meta('gateway') !== gatewayId) this.spool.setMeta({ gateway: gatewayId })
  }

  #spanStarted(started: SpanStarted): void {
    this.spool.setMeta({ span: started.number, span_starts: JSON.stringify(started.recentStarts) })
    this.watermark.startSpan(started.startedAt)
    if (started.jumpMs < 0) this.stamps.forgetAll()
    this.#options.log.info(
      { span: started.number, reason: started.reason, jumpMs: started.jumpMs },
      'a new span of watching begins',
    )
    this.#options.spanStarted(started)
  }

  #appended(appended: Appended): void {
    if (!appended.stored) this.#lostBatches += 1
    if (appended.stored) this.#options.written()
    if (appended.stored && appended.dropped === 0) return
    this.#options.log.error(
      { dropped: appended.dropped, stored: appended.stored },
      'there is no room: collected data was dropped',
    )
    // Not from inside the write: the batch that is being written belongs to the old span.
    this.#options.clock.timer(0, () => this.spans.renew('dropped'))
  }

  #trimLater(): void {
    this.#cancelTrim = this.#options.clock.timer(TRIM_EVERY_MS, () => {
      this.spool.trim(this.spans.now())
      this.#trimLater()
    })
  }
}
