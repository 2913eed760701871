import type { MetricLimit } from '@stillwatch/contract/api/devices.ts'
import type { LimitTrack } from './device-health.ts'

export interface LimitVerdict {
  track: LimitTrack
  /** What the newest value makes of the condition: no change while undefined. */
  turns?: 'active' | 'clear'
  /** Event time at which the edge was crossed. */
  since?: number
}

/**
 * Judges one value against one limit, with hysteresis on both edges: it must have been beyond the limit for `forS` to become active, and
 * back behind `clear` for `forS` to end.
 */
export function judgeLimit(
  limit: MetricLimit,
  active: boolean,
  track: LimitTrack | undefined,
  at: number,
  value: number,
): LimitVerdict {
  const crossed = active ? isBehindClear(limit, value) : isBeyond(limit, value)
  if (!crossed) return { track: { code: limit.code, crossedAt: null } }
  const crossedAt = track?.crossedAt ?? at
  const next: LimitTrack = { code: limit.code, crossedAt }
  if (at - crossedAt < (limit.forS ?? 0) * 1000) return { track: next }
  return {
    track: { code: limit.code, crossedAt: null },
    turns: active ? 'clear' : 'active',
    since: crossedAt,
  }
}

const isBeyond = (limit: MetricLimit, value: number): boolean =>
  (limit.above !== undefined && value > limit.above) || (limit.below !== undefined && value < limit.below)

function isBehindClear(limit: MetricLimit, value: number): boolean {
  if (limit.above !== undefined && value > (limit.clear ?? limit.above)) return false
  if (limit.below !== undefined && value < (limit.clear ?? limit.below)) return false
  return true
}
