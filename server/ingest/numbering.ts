import type { Sentence } from '@stillwatch/contract/api/common.ts'
import { type Hello, type RefusalCode, WIRE_VERSION } from '@stillwatch/contract/road.ts'
import { say } from '@stillwatch/contract/sentences.ts'

/** Where the server stands with one gateway. */
export interface Standing {
  epoch: number
  lastApplied: number
  /** Hash of the last applied batch; null when it is not known (first of an epoch, after a gap, after a restore). */
  lastHash: string | null
  fenced: boolean
}

export type HelloVerdict =
  | {
      is: 'accepted'
      epoch: number
      lastApplied: number
      lastHash: string | null
      gap: { from: number; to: number } | null
    }
  | { is: 'refused'; code: RefusalCode; message: string; epoch?: number; fence?: Sentence }

const cloned = (fence: Sentence): HelloVerdict => ({
  is: 'refused',
  code: 'gateway_cloned',
  message: fence.text,
  fence,
})

/** Decides where a gateway goes on from, by the table of road-protocol section 2. */
export function judgeHello(standing: Standing, hello: Hello): HelloVerdict {
  if (hello.v !== WIRE_VERSION) {
    const message = `This server speaks version ${WIRE_VERSION} of the road, the gateway version ${hello.v}. Install matching versions.`
    return { is: 'refused', code: 'wire_version', message }
  }
  if (standing.fenced) {
    return {
      is: 'refused',
      code: 'gateway_cloned',
      message:
        'Two histories of this gateway exist. A person must confirm on the gateway page which machine goes on.',
    }
  }
  if (hello.epoch < standing.epoch) return judgeOlderEpoch(standing, hello)
  if (hello.epoch > standing.epoch)
    return accept({ ...standing, epoch: hello.epoch, lastApplied: 0, lastHash: null }, hello)
  if (hello.newest < standing.lastApplied) {
    return cloned(say('evidence.cloned_behind', { applied: standing.lastApplied, newest: hello.newest }))
  }
  const hashesDiffer =
    standing.lastHash !== null && hello.newestHash !== undefined && hello.newestHash !== standing.lastHash
  if (hello.newest === standing.lastApplied && hashesDiffer)
    return cloned(say('evidence.cloned_differs', { seq: hello.newest }))
  return accept(standing, hello)
}

/** The epoch that a person has just granted by confirming a fenced gateway is offered to it; any other is a machine that was replaced. */
function judgeOlderEpoch(standing: Standing, hello: Hello): HelloVerdict {
  const justGranted = standing.lastApplied === 0 && hello.epoch === standing.epoch - 1
  return {
    is: 'refused',
    code: 'superseded',
    message: `This gateway goes on under epoch ${standing.epoch}; the caller has epoch ${hello.epoch}.`,
    ...(justGranted ? { epoch: standing.epoch } : {}),
  }
}

function accept(standing: Standing, hello: Hello): HelloVerdict {
  const { epoch, lastApplied, lastHash } = standing
  if (hello.oldest <= lastApplied + 1) return { is: 'accepted', epoch, lastApplied, lastHash, gap: null }
  const gap = { from: lastApplied + 1, to: hello.oldest - 1 }
  return { is: 'accepted', epoch, lastApplied: gap.to, lastHash: null, gap }
}

export type SeqVerdict =
  | { is: 'next' }
  /** Already applied: acknowledged again. */
  | { is: 'duplicate' }
  /** Something before it is missing: asked for again. */
  | { is: 'early'; expect: number }
  | { is: 'foreign_epoch' }

export function judgeSeq(standing: Standing, epoch: number, seq: number): SeqVerdict {
  if (epoch !== standing.epoch) return { is: 'foreign_epoch' }
  if (seq <= standing.lastApplied) return { is: 'duplicate' }
  if (seq > standing.lastApplied + 1) return { is: 'early', expect: standing.lastApplied + 1 }
  return { is: 'next' }
}

/**
 * A batch names the one before it; a name that does not match belongs to another history. A gateway that had to drop the one before,
 * though we had applied it, cannot name it.
 */
export const continuesChain = (standing: Standing, prev: string | undefined): boolean =>
  standing.lastHash === null || prev === undefined || prev === standing.lastHash
