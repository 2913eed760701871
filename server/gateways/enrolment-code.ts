import { createHash, randomInt } from 'node:crypto'
import { DAY_MS } from '@stillwatch/contract/time.ts'
import type { Kysely } from 'kysely'
import type { Tables } from '../store/records/tables.ts'

/** Crockford's base 32: no letter that looks like a digit, none that makes words. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 12

/** 60 random bits, for a person to type: `7K3M-Q9TX-0ABC`. */
function newCode(): string {
  const symbols = Array.from({ length: LENGTH }, () => alphabet[randomInt(alphabet.length)]).join('')
  return symbols.replace(/(.{4})(?=.)/g, '$1-')
}

/** As typed by a person: any case, with or without dashes, O for 0, I and L for 1. What follows a dot is the certificate's fingerprint. */
export function hashCode(typed: string): string {
  const [code = ''] = typed.split('.')
  const symbols = code.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1')
  return createHash('sha256').update(symbols).digest('hex')
}

/** Makes a new code inside a transaction, good once and for a day. Any older code of the gateway is void from then on. */
export async function issueCode(
  trx: Kysely<Tables>,
  gatewayId: string,
  now: number,
): Promise<{ code: string; expiresAt: number }> {
  const code = newCode()
  const expiresAt = now + DAY_MS
  await trx.deleteFrom('enrolment_code').where('gateway_id', '=', gatewayId).execute()
  await trx
    .insertInto('enrolment_code')
    .values({ code_hash: hashCode(code), gateway_id: gatewayId, expires_at: expiresAt })
    .execute()
  return { code, expiresAt }
}
