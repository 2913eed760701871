import { createPublicKey } from 'node:crypto'
import type { AppliedBefore, Enrolment } from '@stillwatch/contract/api/gateways.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { MINUTE_MS } from '@stillwatch/contract/time.ts'
import type { Kysely } from 'kysely'
import type { Tables } from '../store/records/tables.ts'
import { hashCode } from './enrolment-code.ts'

/** How long the same gateway may ask again with the same code: its first answer may have been lost. */
const SAME_ANSWER_MS = 10 * MINUTE_MS

export interface Enrolled {
  gatewayId: string
  epoch: number
  /** Where we stood with it before; absent at its first enrolment. */
  applied?: AppliedBefore
  /** False when this is the same answer once more. */
  changed: boolean
}

/**
 * Gives a gateway its identity, inside a transaction (road-protocol 2 and 9): the old credential ends, a new epoch begins, and nothing
 * of it has been applied yet.
 */
export async function enrol(trx: Kysely<Tables>, enrolment: Enrolment, now: number): Promise<Enrolled> {
  refuseForeignKey(enrolment.publicKey)
  const codeHash = hashCode(enrolment.code)
  const code = await trx
    .selectFrom('enrolment_code')
    .innerJoin('gateway', 'gateway.id', 'enrolment_code.gateway_id')
    .select(['gateway_id', 'expires_at', 'used_at', 'used_secret_hash', 'applied_before'])
    .select(['epoch', 'last_applied', 'last_hash'])
    .where('code_hash', '=', codeHash)
    .executeTakeFirst()
  if (!code) throw new StillwatchError('enrolment_refused')
  if (code.used_at !== null) {
    const again = code.used_secret_hash === enrolment.secretHash && now - code.used_at <= SAME_ANSWER_MS
    if (!again) throw new StillwatchError('enrolment_refused')
    return { ...answerOf(code.gateway_id, code.epoch, code.applied_before), changed: false }
  }
  if (code.expires_at <= now) throw new StillwatchError('enrolment_refused')
  const appliedBefore = standingBefore(code)
  await trx
    .updateTable('enrolment_code')
    .set({ used_at: now, used_secret_hash: enrolment.secretHash, applied_before: appliedBefore })
    .where('code_hash', '=', codeHash)
    .execute()
  const epoch = code.epoch + 1
  await trx
    .updateTable('gateway')
    .set({
      secret_hash: enrolment.secretHash,
      public_key: enrolment.publicKey,
      software: enrolment.software,
      ...freshEpoch(epoch, now),
    })
    .where('id', '=', code.gateway_id)
    .execute()
  return { ...answerOf(code.gateway_id, epoch, appliedBefore), changed: true }
}

/** Kept with the used code, as JSON: the answer is the same when it is asked for again, although by then the new epoch runs. */
function standingBefore(gateway: {
  epoch: number
  last_applied: number
  last_hash: string | null
}): string | null {
  const { epoch, last_applied: through, last_hash: hash } = gateway
  if (epoch === 0) return null
  const applied: AppliedBefore = { epoch, through, ...(hash !== null && { hash }) }
  return JSON.stringify(applied)
}

const answerOf = (gatewayId: string, epoch: number, appliedBefore: string | null) => ({
  gatewayId,
  epoch,
  ...(appliedBefore !== null && { applied: JSON.parse(appliedBefore) as AppliedBefore }),
})

/** The columns of a gateway whose next epoch begins: not heard yet, nothing applied, no history to compare with. */
export const freshEpoch = (epoch: number, now: number) =>
  ({ epoch, last_applied: 0, last_hash: null, link: 'lost', link_since: now }) as const

/** Device credentials are sealed to this key, so it has to be one that can be sealed to. */
function refuseForeignKey(publicKey: string): void {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })
    if (key.asymmetricKeyType === 'x25519') return
  } catch {
    // Not a key at all.
  }
  throw new StillwatchError('bad_request', undefined, {
    publicKey: 'must be an X25519 public key, base64 of SPKI DER',
  })
}
