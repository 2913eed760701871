import type { Oid } from './values.ts'

/** A value and the numbers it must be one of. */
export interface Condition {
  oid: Oid
  is: readonly number[]
}

/** How one metric is made from answers. Rules are data: discovery writes them, `to-samples.ts` applies them. */
export type Rule =
  /** One value times `factor`; left out when it is outside `min`..`max` (measured before the factor) or `when` does not hold. */
  | { make: 'value'; metric: string; oid: Oid; factor?: number; min?: number; max?: number; when?: Condition }
  /** Growth of a counter per second, times `factor`. */
  | { make: 'rate'; metric: string; oid: Oid; bits: 32 | 64; factor?: number }
  /** Mean of those values that lie within `min`..`max`. */
  | { make: 'mean'; metric: string; oids: readonly Oid[]; min: number; max: number }
  /** Sum of the used parts of the sum of the sizes, in percent. */
  | { make: 'share'; metric: string; used: readonly Oid[]; size: readonly Oid[] }
  /** Number of rows in which every condition holds. */
  | { make: 'count'; metric: string; rows: readonly (readonly Condition[])[] }

/** What was found on an agent in one field (interfaces, UPS …): what to ask from now on, and what it is called. */
export interface Plan {
  rules: Rule[]
  facts: Record<string, string>
}

/** Every object id the rules need, each once, in the order of the rules. */
export function oidsOf(rules: readonly Rule[]): Oid[] {
  return [...new Set(rules.flatMap(oidsOfRule))]
}

function oidsOfRule(rule: Rule): readonly Oid[] {
  switch (rule.make) {
    case 'value':
      return rule.when ? [rule.oid, rule.when.oid] : [rule.oid]
    case 'rate':
      return [rule.oid]
    case 'mean':
      return rule.oids
    case 'share':
      return [...rule.used, ...rule.size]
    case 'count':
      return rule.rows.flat().map((condition) => condition.oid)
  }
}
