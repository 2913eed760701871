import { MAX_FACT_LENGTH } from '@stillwatch/contract/sample.ts'

/** A dotted object identifier without a leading dot. */
export type Oid = string

/** Integers, gauges, timeticks and 32-bit counters are numbers; Counter64 is a bigint; octet strings are buffers; object ids and IP addresses are text. */
export type SnmpValue = number | bigint | Buffer | string

/** What an agent answered; what it does not have is not in the map. */
export type Replies = ReadonlyMap<Oid, SnmpValue>

const plainNumber = /^\s*[+-]?\d{1,15}(\.\d{1,9})?\s*$/

/** A finite number, or undefined. Text counts only when all of it is a number: `15 PERCENT` is not. */
export function numberOf(value: SnmpValue | undefined): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value === 'bigint') return Number(value)
  if (Buffer.isBuffer(value) && value.length <= 32) {
    const text = value.toString('latin1')
    return plainNumber.test(text) ? Number(text) : undefined
  }
  return undefined
}

/** A counter's exact value, or undefined for anything that is not a whole number of at least 0. */
export function counterOf(value: SnmpValue | undefined): bigint | undefined {
  if (typeof value === 'bigint') return value >= 0n ? value : undefined
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  return undefined
}

/** Printable text, one line, at most as long as a fact may be; undefined when nothing is left of it. */
export function textOf(value: SnmpValue | undefined): string | undefined {
  if (value === undefined) return undefined
  const raw = Buffer.isBuffer(value) ? decoded(value.subarray(0, 4 * MAX_FACT_LENGTH)) : String(value)
  const line = raw
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, MAX_FACT_LENGTH)
    // A cut through a surrogate pair would leave half a character.
    .replace(/[\uD800-\uDBFF]$/u, '')
  return line === '' ? undefined : line
}

/** Old firmware writes Latin-1; a byte that is not UTF-8 must not turn into a question mark. */
function decoded(bytes: Buffer): string {
  const text = bytes.toString('utf8')
  return text.includes('\uFFFD') ? bytes.toString('latin1') : text
}

/** An object id given as one, or as text with dirt around it; undefined when it is neither. */
export function oidOf(value: SnmpValue | undefined): Oid | undefined {
  const text = textOf(value)?.replace(/^\./, '')
  return text !== undefined && /^\d+(\.\d+)*$/.test(text) ? text : undefined
}

/** The rows of a column in an answer: what follows the column in each object id. */
export function indexesOf(found: Replies, column: Oid): string[] {
  const prefix = `${column}.`
  const indexes: string[] = []
  for (const oid of found.keys()) if (oid.startsWith(prefix)) indexes.push(oid.slice(prefix.length))
  return indexes
}

/** A row's index as the instance of a metric or the end of a fact's name: those have no dots, and a hostile index may be long. */
export function instanceOf(index: string): string {
  return index.replaceAll('.', '_').slice(0, 32)
}
