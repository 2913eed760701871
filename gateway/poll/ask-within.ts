import { watchDefaults } from '@stillwatch/contract/health.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import type { Observation } from '../drivers/driver.ts'

const GRACE_MS = watchDefaults.missGraceMs
/** A timer later than this says more about this process than about the device: the answer may lie in a socket not yet read. */
const LATE_TIMER_MS = 250

export const timedOut = (deadlineMs: number): Observation => ({
  ok: false,
  alive: false,
  reason: 'timeout',
  detail: `no answer within ${Math.round(deadlineMs)} ms`,
})

const driverFailed: Observation = {
  ok: false,
  alive: false,
  reason: 'protocol_error',
  detail: 'the driver failed while asking',
}

/** A driver promises never to fail; one that does must not stop the round. */
export async function answerOf(ask: () => Promise<Observation>): Promise<Observation> {
  try {
    return await ask()
  } catch {
    return driverFailed
  }
}

/** A signal that aborts at the deadline, and a call when the grace after it is over too. Once `gone` is aborted nobody waits any longer. */
export function askWithin(clock: Clock, deadlineMs: number, gone?: AbortSignal) {
  const deadline = new AbortController()
  const cancelAbort = clock.timer(deadlineMs, () => deadline.abort())
  let cancelExpiry: () => void = () => undefined
  const cancel = () => {
    cancelAbort()
    cancelExpiry()
  }
  return {
    signal: gone ? AbortSignal.any([deadline.signal, gone]) : deadline.signal,
    expired: (late: () => void) => {
      cancelExpiry = patiently(clock, deadlineMs + GRACE_MS, late)
      const giveUp = () => {
        cancel()
        late()
      }
      gone?.addEventListener('abort', giveUp, { once: true })
    },
    cancel,
  }
}

/** Waits for a question to be out of time, and once more when the wait itself was late. */
function patiently(clock: Clock, ms: number, late: () => void): () => void {
  const dueAt = clock.monotonic() + ms
  let cancel = clock.timer(ms, () => {
    if (clock.monotonic() - dueAt < LATE_TIMER_MS) late()
    else cancel = clock.timer(GRACE_MS, late)
  })
  return () => cancel()
}
