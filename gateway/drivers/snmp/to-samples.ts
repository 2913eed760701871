import { type Before, ratePerSecond } from './counters.ts'
import type { Condition, Rule } from './rules.ts'
import { numberOf, type Oid, type Replies } from './values.ts'

/** Answers in, samples out: finite numbers only; a rule whose values are missing or make no sense gives nothing. */
export function toSamples(
  rules: readonly Rule[],
  replies: Replies,
  before: Before | undefined,
): Record<string, number> {
  const samples: Record<string, number> = {}
  for (const rule of rules) {
    const value = apply(rule, replies, before)
    if (value !== undefined && Number.isFinite(value)) samples[rule.metric] = tidy(value)
  }
  return samples
}

function apply(rule: Rule, replies: Replies, before: Before | undefined): number | undefined {
  switch (rule.make) {
    case 'value':
      return singleValue(rule, replies)
    case 'rate': {
      const rate = ratePerSecond(rule.oid, rule.bits, replies, before)
      return rate === undefined ? undefined : rate * (rule.factor ?? 1)
    }
    case 'mean':
      return meanOf(within(numbers(rule.oids, replies), rule.min, rule.max))
    case 'share':
      return shareOf(rule.used, rule.size, replies)
    case 'count':
      return countOf(rule.rows, replies)
  }
}

function singleValue(rule: Extract<Rule, { make: 'value' }>, replies: Replies): number | undefined {
  if (rule.when && !holds(rule.when, replies)) return undefined
  const raw = numberOf(replies.get(rule.oid))
  if (raw === undefined || raw < (rule.min ?? -Infinity) || raw > (rule.max ?? Infinity)) return undefined
  return raw * (rule.factor ?? 1)
}

function holds(condition: Condition, replies: Replies): boolean {
  const value = numberOf(replies.get(condition.oid))
  return value !== undefined && condition.is.includes(value)
}

function numbers(oids: readonly Oid[], replies: Replies): number[] {
  return oids.flatMap((oid) => numberOf(replies.get(oid)) ?? [])
}

function within(values: readonly number[], min: number, max: number): number[] {
  return values.filter((value) => value >= min && value <= max)
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Agents put sizes above 2^31 blocks into a signed field, where they turn negative. */
const unsigned = (value: number) => (value < 0 ? value + 2 ** 32 : value)

function shareOf(used: readonly Oid[], size: readonly Oid[], replies: Replies): number | undefined {
  let usedSum = 0
  let sizeSum = 0
  for (const [row, sizeOid] of size.entries()) {
    const usedValue = numberOf(replies.get(used[row] ?? ''))
    const sizeValue = numberOf(replies.get(sizeOid))
    if (usedValue === undefined || sizeValue === undefined) continue
    usedSum += unsigned(usedValue)
    sizeSum += unsigned(sizeValue)
  }
  const share = (100 * usedSum) / sizeSum
  return share >= 0 && share <= 100 ? share : undefined
}

/** Undefined when not one row could be judged: no answer must not read as "none". */
function countOf(rows: readonly (readonly Condition[])[], replies: Replies): number | undefined {
  const judged = rows.filter((row) => row.every(({ oid }) => numberOf(replies.get(oid)) !== undefined))
  if (judged.length === 0) return undefined
  return judged.filter((row) => row.every((condition) => holds(condition, replies))).length
}

/** 0.1 x 3 is 0.30000000000000004: cut what only the arithmetic added. */
function tidy(value: number): number {
  return Number.isInteger(value) ? value : Number(value.toPrecision(12))
}
