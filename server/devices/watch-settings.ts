import type { MetricLimit } from '@stillwatch/contract/api/devices.ts'
import { conditionCodes, watchDefaults } from '@stillwatch/contract/health.ts'

/** A device counts as silent after three turns without an answer. */
const TURNS_IN_WINDOW = 3

export interface WatchSettings {
  intervalS: number
  silenceWindowS: number
}

/**
 * What is not said follows from what is. For a device that is only listened to the interval is how often it speaks by itself: the same
 * rule holds, and whoever adds a detector that reports twice a day must say so.
 */
export function watchSettings(given: Partial<WatchSettings>): WatchSettings {
  const intervalS = given.intervalS ?? watchDefaults.intervalS
  const silenceWindowS =
    given.silenceWindowS ?? Math.max(watchDefaults.silenceWindowS, TURNS_IN_WINDOW * intervalS)
  return { intervalS, silenceWindowS }
}

/** What is wrong with a device's limits, by field; the schema has seen them already. */
export function limitProblems(limits: readonly MetricLimit[]): Record<string, string> {
  const problems: Record<string, string> = {}
  limits.forEach((limit, index) => {
    const problem = problemOf(limit, limits.slice(0, index))
    if (problem) problems[`limits.${index}`] = problem
  })
  return problems
}

function problemOf(limit: MetricLimit, before: readonly MetricLimit[]): string | null {
  const { above, below, clear, code } = limit
  if (Object.hasOwn(conditionCodes, code.replace(/\..*/, '')))
    return `the condition ${code} is raised by the monitoring itself`
  if (before.some((other) => other.code === code)) return `the condition ${code} has a limit already`
  if (above === undefined && below === undefined) return 'needs above or below'
  if (clear === undefined) return null
  if (above !== undefined && below !== undefined) return 'clear cannot serve above and below at once'
  if (above !== undefined && clear > above) return 'clear must not lie above the limit'
  if (below !== undefined && clear < below) return 'clear must not lie below the limit'
  return null
}
