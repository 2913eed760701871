import type { Oid, Replies } from './values.ts'
import { counterOf } from './values.ts'

/** The answers of the check before this one, which rates are measured against. */
export interface Before {
  replies: Replies
  /** Seconds between the two checks. */
  elapsedS: number
}

const WRAP_32 = 1n << 32n
/** A 32-bit counter that seems to have grown by more than half its range went back instead: the agent was reset. */
const MOST_GROWTH_OVER_A_WRAP = WRAP_32 / 2n
/** 400 Gbit/s in octets; anything faster is a counter that was reset to a larger value. */
const MOST_PER_SECOND = 5e10

/** Growth per second, or undefined when there is nothing to compare with or the counter was reset. A 32-bit wrap is growth. */
export function ratePerSecond(
  oid: Oid,
  bits: 32 | 64,
  now: Replies,
  before: Before | undefined,
): number | undefined {
  const current = counterOf(now.get(oid))
  const previous = counterOf(before?.replies.get(oid))
  if (before === undefined || current === undefined || previous === undefined) return undefined
  if (!(before.elapsedS > 0)) return undefined
  const growth = growthOf(previous, current, bits)
  if (growth === undefined) return undefined
  const rate = Number(growth) / before.elapsedS
  return rate <= MOST_PER_SECOND ? rate : undefined
}

function growthOf(previous: bigint, current: bigint, bits: 32 | 64): bigint | undefined {
  if (current >= previous) return current - previous
  if (bits === 64 || previous >= WRAP_32) return undefined
  const wrapped = current - previous + WRAP_32
  return wrapped <= MOST_GROWTH_OVER_A_WRAP ? wrapped : undefined
}
