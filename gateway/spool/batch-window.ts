import { type Batch, type BatchEntry, type ConfigVersion, WIRE_VERSION } from '@stillwatch/contract/road.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import { encodeFrame } from '../uplink/frames.ts'
import type { Spans } from '../watch/spans.ts'
import type { Stamps } from '../watch/stamps.ts'
import type { Held, Watermark } from '../watch/watermark.ts'
import type { Appended, Spool } from './spool.ts'

export interface BatchWindowOptions {
  clock: Clock
  gatewayId: string
  spool: Spool
  spans: Spans
  stamps: Stamps
  watermark: Watermark
  configVersion: () => ConfigVersion
  /** Declares everything due that is due, so that it is held by name. */
  promote: () => void
  /** Nobody waits for batches while the link is down: collecting longer spares the disk. */
  linkUp: () => boolean
  written: (appended: Appended) => void
}

const COLLECT_MS = 250
const COLLECT_OFFLINE_MS = 2_000
const AT_ONCE_SPACING_MS = 100
const MAX_SAMPLES = 500
/** Of JSON before deflating. With ten thousand held devices on top a body still fits its frame. */
const MAX_JSON_BYTES = 256 * 1024
/** A device that talks faster has its messages merged: the latest value of each metric stays. */
const MAX_ENTRIES_PER_DEVICE = 20
const MAX_EVENTS = 256
const MAX_CHECKS = 64

interface Latest {
  entry: BatchEntry
  count: number
}

/** Collects entries for a moment, then writes them with the watermark that vouches for them in one transaction of the spool. */
export class BatchWindow {
  readonly #options: BatchWindowOptions
  #entries: BatchEntry[] = []
  #latest = new Map<string, Latest>()
  #samples = 0
  #bytes = 0
  #cancel: (() => void) | undefined
  #dueAt = Number.POSITIVE_INFINITY
  #writtenAt = Number.NEGATIVE_INFINITY
  #closed = false

  constructor(options: BatchWindowOptions) {
    this.#options = options
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0
  }

  /** Takes one entry, timed by the span that is running. */
  add(entry: BatchEntry): void {
    if (this.#closed) return
    const bytes = JSON.stringify(entry).length
    const samples = Object.keys(entry.samples ?? {}).length
    if (this.#bytes + bytes > MAX_JSON_BYTES && !this.isEmpty) this.flush()
    this.#take(entry)
    this.#bytes += bytes
    this.#samples += samples
    if (this.#samples >= MAX_SAMPLES) this.flush()
    else this.#flushWithin(this.#options.linkUp() ? COLLECT_MS : COLLECT_OFFLINE_MS)
  }

  /** Writes what is there, and the watermark even when nothing is there. */
  flush(): void {
    this.#options.spans.touch()
    this.#write(this.#options.spans.now())
  }

  /** Somebody waits for the watermark: at once, but a burst of such calls is one batch. */
  flushAtOnce(): void {
    if (this.#closed) return
    const sinceLast = this.#options.clock.monotonic() - this.#writtenAt
    if (sinceLast >= AT_ONCE_SPACING_MS) this.flush()
    else this.#flushWithin(AT_ONCE_SPACING_MS - sinceLast)
  }

  /** The span ends: what it saw is written under its own number, vouched for up to its last moment. */
  closeSpan(through: number): void {
    if (!this.isEmpty) this.#write(through)
  }

  /** Writes for the last time: from here on devices are let go, and nothing may be vouched for any more. */
  close(): void {
    this.flush()
    this.#cancel?.()
    this.#closed = true
  }

  #take(entry: BatchEntry): void {
    const latest = this.#latest.get(entry.id)
    if (latest && latest.count >= MAX_ENTRIES_PER_DEVICE) return mergeInto(latest.entry, entry)
    this.#entries.push(entry)
    this.#latest.set(entry.id, { entry, count: (latest?.count ?? 0) + 1 })
  }

  #flushWithin(ms: number): void {
    const dueAt = this.#options.clock.monotonic() + ms
    if (dueAt >= this.#dueAt) return
    this.#cancel?.()
    this.#dueAt = dueAt
    this.#cancel = this.#options.clock.timer(ms, () => this.flush())
  }

  #write(now: number): void {
    if (this.#closed) return
    const { spool, spans, watermark, written, promote } = this.#options
    promote()
    const { through, held } = watermark.vouch(now)
    this.#nameHeld(held, now)
    const devices = this.#entries
    this.#clear()
    const batch = this.#envelope(through, devices)
    const watch = { span: spans.span.number, through }
    const appended = spool.append(now, watch, (place) => {
      const message: Batch = { ...batch, ...place }
      return encodeFrame(message)
    })
    written(appended)
  }

  #envelope(through: number, devices: BatchEntry[]): Omit<Batch, 'epoch' | 'seq' | 'prev'> {
    const { spans, gatewayId, configVersion } = this.#options
    return {
      v: WIRE_VERSION,
      gatewayId,
      span: spans.span.number,
      spanStart: spans.span.startedAt,
      through,
      configVersion: configVersion(),
      ...(spans.approximate && { approximate: true }),
      devices,
    }
  }

  /** Exactly the entries with `heldSince` are held as of `through`. */
  #nameHeld(held: readonly Held[], now: number): void {
    for (const { id, since } of held) {
      const latest = this.#latest.get(id)
      if (latest) latest.entry.heldSince = since
      else this.#entries.push({ id, t: this.#options.stamps.next(id, now), heldSince: since })
    }
  }

  #clear(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#dueAt = Number.POSITIVE_INFINITY
    this.#writtenAt = this.#options.clock.monotonic()
    this.#entries = []
    this.#latest = new Map()
    this.#samples = 0
    this.#bytes = 0
  }
}

/** The newer entry of the same device wins; nothing that happened is lost until there is far too much of it. */
function mergeInto(into: BatchEntry, entry: BatchEntry): void {
  const events = [...(into.events ?? []), ...(entry.events ?? [])].slice(-MAX_EVENTS)
  const checks = [...(into.checks ?? []), ...(entry.checks ?? [])].slice(-MAX_CHECKS)
  Object.assign(into, entry, {
    ...(into.samples && { samples: { ...into.samples, ...entry.samples } }),
    ...(into.facts && { facts: { ...into.facts, ...entry.facts } }),
    ...(events.length > 0 && { events }),
    ...(checks.length > 0 && { checks }),
  })
}
