import { SECOND_MS } from '@stillwatch/contract/time.ts'

const FIRST_MS = SECOND_MS
const LONGEST_MS = 30 * SECOND_MS

/** Pause before the next attempt after `failures` of them; `chance` in [0, 1) spreads the gateways of a site whose broker restarts. */
export function reconnectPauseMs(failures: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 10))
  return full * (0.5 + chance / 2)
}
