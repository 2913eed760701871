import { snmpEngineTime, sysUpTime } from './oids.ts'
import { numberOf, type Replies } from './values.ts'

/** How long the agent says it has been running, in seconds. */
export interface Uptime {
  uptimeS: number
  /** From snmpEngineTime, which does not wrap in 68 years; else from sysUpTime, which wraps every 497 days. */
  source: 'engine' | 'ticks'
}

const TICKS_PER_S = 100
const WRAP_S = 2 ** 32 / TICKS_PER_S
/** How far an agent's clock may have drifted from ours between two checks. */
const SLACK_S = 60
const SLACK_SHARE = 0.01
const JITTER_S = 2

/**
 * The uptime in an answer, or undefined when there is none. snmpEngineTime is preferred unless it is negative (some
 * agents overflow it). `before` is the last one, `elapsedS` ago: a wrapped sysUpTime goes on counting from there.
 */
export function uptimeOf(replies: Replies, before: Uptime | undefined, elapsedS: number): Uptime | undefined {
  const engineTime = numberOf(replies.get(snmpEngineTime))
  if (engineTime !== undefined && engineTime >= 0) return { uptimeS: engineTime, source: 'engine' }
  const ticks = numberOf(replies.get(sysUpTime))
  if (ticks === undefined || ticks < 0) return undefined
  const uptimeS = ticks / TICKS_PER_S
  if (before?.source !== 'ticks') return { uptimeS, source: 'ticks' }
  const expectedS = before.uptimeS + elapsedS
  const wraps = Math.round((expectedS - uptimeS) / WRAP_S)
  const unwrappedS = uptimeS + wraps * WRAP_S
  const slackS = SLACK_S + elapsedS * SLACK_SHARE
  return { uptimeS: Math.abs(unwrappedS - expectedS) <= slackS ? unwrappedS : uptimeS, source: 'ticks' }
}

/**
 * The agent started anew in the `elapsedS` between two answers: it has been up for less than before, and for no
 * longer than that. A wrap is none (`uptimeOf` has counted it on), and neither is a clock that merely jitters.
 */
export function restarted(before: Uptime | undefined, now: Uptime | undefined, elapsedS: number): boolean {
  if (before === undefined || now === undefined || before.source !== now.source) return false
  return now.uptimeS < before.uptimeS - JITTER_S && now.uptimeS <= elapsedS + SLACK_S
}
