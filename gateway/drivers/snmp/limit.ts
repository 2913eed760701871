import type { Clock } from '@stillwatch/contract/time.ts'
import type { Deadline } from '../driver.ts'

/** The end of one check: every question of it is given up at the same moment. */
export interface Limit {
  /** Calls `fire` at the end, at once when it has passed. Returns a function that takes the call back. */
  whenOver(fire: () => void): () => void
}

/** Part of the deadline that is kept for putting the answer together, so that what was read in time also arrives in time. */
const SHARE_KEPT = 0.05
const MOST_KEPT_MS = 100

/** Starts the countdown of a deadline; `done` stops it. */
export function startLimit(clock: Clock, deadline: Deadline): { limit: Limit; done: () => void } {
  const waiting = new Set<() => void>()
  let over = deadline.signal.aborted
  const end = () => {
    over = true
    for (const fire of [...waiting]) fire()
    waiting.clear()
  }
  const kept = Math.min(MOST_KEPT_MS, deadline.ms * SHARE_KEPT)
  const cancelTimer = clock.timer(deadline.ms - kept, end)
  deadline.signal.addEventListener('abort', end, { once: true })
  const whenOver = (fire: () => void) => {
    if (over) {
      fire()
      return () => {}
    }
    waiting.add(fire)
    return () => waiting.delete(fire)
  }
  const done = () => {
    cancelTimer()
    deadline.signal.removeEventListener('abort', end)
    waiting.clear()
  }
  return { limit: { whenOver }, done }
}
