/**
 * Where our own code takes its time from, so that a test can hold time still.
 * Libraries keep real timers: faking the global ones stalls mqtt, fastify and socket.io.
 */
export interface Clock {
  /** Wall-clock time, whole UTC milliseconds. May step; never used to measure a duration. */
  now(): number
  /** Milliseconds since an arbitrary point; never goes back, does not stop while the process is paused. */
  monotonic(): number
  /** Runs `fire` once, `ms` of monotonic time from now. Returns a function that cancels it. */
  timer(ms: number, fire: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  timer(ms, fire) {
    const handle = setTimeout(fire, Math.max(0, ms))
    return () => clearTimeout(handle)
  },
}

export const SECOND_MS = 1_000
export const MINUTE_MS = 60_000
export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
