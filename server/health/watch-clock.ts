/**
 * One gateway's cumulative watch clock: it runs only inside spans, so the time between them (a reboot, a suspend, a clock step) never
 * counts against a device. Watched times are milliseconds since the first span the server knows of (road-protocol, section 4).
 */
export interface WatchClock {
  epoch: number
  span: number
  /** Counts spans as the server has seen them: unlike `span` it never repeats after a new enrolment. */
  spanIndex: number
  /** Event time, UTC ms, at which the span began. */
  spanStart: number
  /** The watermark: event time up to which the gateway vouches for having asked. */
  through: number
  /** Watched time at `spanStart`. */
  base: number
  /** Number of the last batch whose content is in it; 0 when no message can be said to follow it. */
  seq: number
  /** Devices the gateway does not vouch for, and since when (event time). */
  held: ReadonlyMap<string, number>
}

export const neverWatched: WatchClock = {
  epoch: 0,
  span: -1,
  spanIndex: 0,
  spanStart: 0,
  through: 0,
  base: 0,
  seq: 0,
  held: new Map(),
}

/** Watched time at event time `at` of the current span; earlier times count as the start of the span. */
export const watchedAt = (clock: WatchClock, at: number): number =>
  clock.base + Math.max(0, at - clock.spanStart)

/** Watched time of the watermark. */
export const watchedThrough = (clock: WatchClock): number => watchedAt(clock, clock.through)

/** How far this device has been watched: held back by name, it stands still. */
export function watchedOf(clock: WatchClock, deviceId: string): number {
  const since = clock.held.get(deviceId)
  return since === undefined ? watchedThrough(clock) : watchedAt(clock, Math.min(since, clock.through))
}

/** Event time of a watched time within the current span. */
export const eventTimeOf = (clock: WatchClock, watched: number): number =>
  clock.spanStart + Math.max(0, watched - clock.base)

/** Where one batch or beat stands in the watching of its gateway. */
export interface SpanMark {
  epoch: number
  span: number
  spanStart: number
  through: number
  /** Number of the batch before it, or of the last one it stands for. */
  after: number
  /** Its own number; a beat has that of the batch before it. */
  seq: number
}

export const isSameSpan = (clock: WatchClock, mark: Pick<SpanMark, 'epoch' | 'span'>): boolean =>
  clock.epoch === mark.epoch && clock.span === mark.span

/** Nothing is missing between what the clock has seen and this message. */
export const isContinued = (clock: WatchClock, mark: SpanMark): boolean =>
  clock.epoch === mark.epoch && clock.seq >= mark.after

/** Spans are ordered by (epoch, span); one that is older than the clock's own says nothing about now. */
export const isOlderSpan = (clock: WatchClock, mark: Pick<SpanMark, 'epoch' | 'span'>): boolean =>
  mark.epoch < clock.epoch || (mark.epoch === clock.epoch && mark.span < clock.span)

/**
 * The clock at the start of a new span: it goes on where the last one stopped. After a gap (batches dropped, put aside, or known under
 * another epoch) what was seen until this message is lost with them, so that only the time after it counts.
 */
export function beginSpan(clock: WatchClock, mark: SpanMark): WatchClock {
  const startsAt = isContinued(clock, mark) ? mark.spanStart : mark.through
  return {
    epoch: mark.epoch,
    span: mark.span,
    spanIndex: clock.spanIndex + 1,
    spanStart: startsAt,
    through: startsAt,
    base: watchedThrough(clock),
    seq: mark.seq,
    held: new Map(),
  }
}

/** A stamp on the clock, moved on by time that counted for nothing; never beyond now. */
export const movedBy = (watched: number, unwatchedMs: number, now: number): number =>
  Math.max(watched, Math.min(watched + unwatchedMs, now))

/**
 * Time that the clock counted at the end of a span although the gateway did not vouch for these devices; their stamps move by it,
 * so that it does not count as watched.
 */
export function unwatchedTails(clock: WatchClock): Map<string, number> {
  const tails = new Map<string, number>()
  for (const [deviceId, since] of clock.held) {
    const tail = clock.through - Math.max(since, clock.spanStart)
    if (tail > 0) tails.set(deviceId, tail)
  }
  return tails
}

/** Moves the watermark, never back, and replaces the held set. */
export const moveWatermark = (
  clock: WatchClock,
  through: number,
  held: ReadonlyMap<string, number>,
): WatchClock => ({
  ...clock,
  through: Math.max(clock.through, through),
  held,
})
