import type { AppliedBefore } from '@stillwatch/contract/api/gateways.ts'
import { frameHash } from '../uplink/frames.ts'
import type { Spool } from './spool.ts'

/**
 * Before an epoch ends: what the server says it had applied in it counts as acknowledged, and nothing else does. What it says of another
 * epoch, or of another history under the same numbers (a disk that was copied or rolled back), says nothing about this spool.
 */
export function settle(spool: Spool, { epoch, through, hash }: AppliedBefore, now: number): void {
  if (epoch !== spool.epoch || through > spool.newest) return
  const own = hashAt(spool, through)
  if (own !== undefined && hash !== undefined && own !== hash) return
  spool.rewind(through, now)
  spool.ack(through)
}

function hashAt(spool: Spool, seq: number): string | undefined {
  if (seq === spool.newest) return spool.newestHash
  const batch = spool.from(seq)
  return batch?.seq === seq ? frameHash(batch.body) : undefined
}
