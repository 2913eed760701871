import type { Ack, CheckReason } from '@stillwatch/contract/road.ts'
import { type Clock, MINUTE_MS } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import type { SpanStarted } from '../spool/ledger.ts'
import { restartsTooOften } from '../watch/spans.ts'

type Data = Record<string, string | number>

export interface SelfEventsOptions {
  clock: Clock
  log: Logger
  /** Batches dropped for want of room since the spool was made. */
  droppedBatches: () => number
  record: (event: { kind: string; data: Data }) => void
}

const MAX_DETAIL = 300
/** Every word about a refused batch is a batch that may be refused as well. */
const REFUSED_TOLD_EVERY_MS = MINUTE_MS

/** What befalls a gateway itself, told to the server as events under the gateway's own id and to its own log. */
export class SelfEvents {
  readonly #options: SelfEventsOptions
  #batchesRefused = 0
  #refusedToldAt = Number.NEGATIVE_INFINITY

  constructor(options: SelfEventsOptions) {
    this.#options = options
  }

  get batchesRefused(): number {
    return this.#batchesRefused
  }

  linkDeaf(ear: string, reason: CheckReason, detail: string): void {
    this.#options.log.warn({ ear, reason, detail }, 'devices cannot be heard')
    this.#say('ear_deaf', { ear, reason, detail: detail.slice(0, MAX_DETAIL) })
  }

  linkHears(ear: string): void {
    this.#say('ear_hears', { ear })
  }

  spanStarted({ reason, recentStarts }: SpanStarted): void {
    if (reason === 'dropped') this.#dataDropped()
    if (!restartsTooOften(recentStarts)) return
    const detail = `began ${recentStarts.length} spans of watching within ten minutes, the last one because of: ${reason}`
    this.#say('gateway_restarting', { detail })
  }

  refused(refused: NonNullable<Ack['refused']>): void {
    this.#batchesRefused += refused.length
    this.#options.log.error({ refused: refused.slice(0, 10) }, 'the server refused batches')
    const now = this.#options.clock.monotonic()
    if (now - this.#refusedToldAt < REFUSED_TOLD_EVERY_MS) return
    this.#refusedToldAt = now
    const codes = [...new Set(refused.map((each) => each.code))].join(', ')
    const detail = `the server refused ${refused.length} of this gateway's batches: ${codes}`
    this.#say('batches_refused', { detail, first_seq: refused[0]?.seq ?? 0 })
  }

  /** Told with the total: what said so earlier may have been dropped itself. */
  #dataDropped(): void {
    const batches = this.#options.droppedBatches()
    const detail = `the gateway had no room for what it could not send: ${batches} batches were dropped so far`
    this.#say('data_dropped', { detail, batches })
  }

  #say(kind: string, data: Data): void {
    this.#options.record({ kind, data })
  }
}
