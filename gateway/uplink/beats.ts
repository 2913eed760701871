import { watchDefaults } from '@stillwatch/contract/health.ts'
import { type Clock, SECOND_MS } from '@stillwatch/contract/time.ts'
import type { BatchWindow } from '../spool/batch-window.ts'
import type { Spans } from '../watch/spans.ts'
import type { Watermark } from '../watch/watermark.ts'
import type { Session } from './session.ts'

export interface BeatsOptions {
  clock: Clock
  spans: Spans
  watermark: Watermark
  window: BatchWindow
  session: Session
  promote: () => void
}

const EVERY_MS = watchDefaults.beatEveryS * SECOND_MS

/** Tells the server how far this gateway vouches: with the next batch when there is something to write, else with a beat. */
export class Beats {
  readonly #options: BeatsOptions
  #owed = false
  #cancel: () => void = () => undefined

  constructor(options: BeatsOptions) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.timer(EVERY_MS, () => {
      this.vouch()
      this.start()
    })
  }

  stop(): void {
    this.#cancel()
  }

  /** Moves the watermark to now, or as soon as everything spooled is on its way. */
  vouch(): void {
    const { spans, watermark, window, session, promote } = this.#options
    spans.touch()
    if (!window.isEmpty) return window.flushAtOnce()
    this.#owed = !session.allSent
    if (this.#owed) return
    promote()
    const { number: span, startedAt: spanStart } = spans.span
    session.beat({ span, spanStart, ...watermark.vouch(spans.now()) })
  }

  /** Everything spooled has been sent: what was owed can be told. */
  allSent(): void {
    if (this.#owed) this.vouch()
  }
}
