/** What Stillwatch can say about a device. Maintenance is an overlay, not a state. */
export const healthStates = ['up', 'degraded', 'suspect', 'down', 'unreachable', 'unknown'] as const
export type HealthState = (typeof healthStates)[number]

/** 1 critical … 4 minor (service-requirements, Fault levels). */
export type Level = 1 | 2 | 3 | 4

/**
 * One named thing wrong with a device or gateway. A code may carry the part it is about after a dot:
 * `check_failed.snmp`, or a limit's own code such as `temperature_high`.
 */
export const conditionCodes = {
  silent: { level: 3, opensTicket: true },
  gateway_lost: { level: 1, opensTicket: true },
  gateway_restarting: { level: 3, opensTicket: true },
  gateway_cloned: { level: 2, opensTicket: true },
  credentials_refused: { level: 3, opensTicket: true },
  check_failed: { level: 3, opensTicket: true },
  ear_deaf: { level: 2, opensTicket: true },
  batches_refused: { level: 3, opensTicket: true },
  clock_drift: { level: 3, opensTicket: true },
  data_gap: { level: 3, opensTicket: false },
  not_adopted: { level: 3, opensTicket: true },
} as const satisfies Record<string, { level: Level; opensTicket: boolean }>
export type ConditionCode = keyof typeof conditionCodes

export const conditionCodePattern = '^[a-z][a-z0-9_]{0,63}(\\.[A-Za-z0-9_-]{1,32})?$'

/** Defaults of road-protocol section 4. Seconds unless said otherwise. */
export const watchDefaults = {
  intervalS: 20,
  silenceWindowS: 60,
  /** Re-checks after a first miss, seconds after it. */
  recheckAfterS: [3, 8, 15],
  correlationHoldS: 5,
  /** How long past a suspect ancestor's own deadline a decision about its child may wait. */
  ancestorHoldS: 1,
  gatewayLostS: 30,
  /** After the gateway's last will. */
  gatewayGoneS: 10,
  /** A check unfinished this long after its deadline counts as missed. */
  missGraceMs: 500,
  beatEveryS: 5,
} as const

/** How long a device must keep answering before its fault counts as over: 2 x window, at least 30 s, at most 15 min. */
export const recoveryHoldFor = (silenceWindowS: number): number =>
  Math.min(900, Math.max(30, 2 * silenceWindowS))

/** Seconds from the last sign of life to the committed ticket, in the worst case. */
export function worstCaseTimeToTicketS(device: {
  silenceWindowS: number
  dependsOn: readonly { silenceWindowS: number }[]
}): number {
  const base = device.silenceWindowS + watchDefaults.missGraceMs / 1000 + 0.5
  if (device.dependsOn.length === 0) return base
  const slowestAncestor = Math.max(...device.dependsOn.map((ancestor) => ancestor.silenceWindowS))
  return Math.max(base + watchDefaults.correlationHoldS, slowestAncestor + watchDefaults.ancestorHoldS + 0.5)
}
