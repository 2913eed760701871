import type { Sentence } from '@stillwatch/contract/api/common.ts'
import { unitOf } from '@stillwatch/contract/sample.ts'

export type Params = Sentence['params']
type Param = Params[string]

/** How the page says things, in its language. */
export interface Saying {
  text(words: string): string
  condition(code: string): string
  metric(name: string): string
  word(group: string, name: string): string
  value(value: number, unit: string): string
}

type Reading = (say: Saying, value: Param, params: Params) => Param

/** By the names of parameters: what people read in place of what programs call things. */
const readings: Readonly<Record<string, Reading>> = {
  code: (say, code) => say.condition(String(code)),
  codes: (say, codes) =>
    String(codes)
      .split(', ')
      .map((code) => say.condition(code))
      .join(', '),
  check: (say, check) => say.word('driver', String(check)),
  reason: (say, reason) => say.word('check', String(reason || 'failed')),
  metric: (say, name) => say.metric(String(name)),
  value: (say, value, { metric }) => say.value(Number(value), unitOf(String(metric))),
}

const asItIs: Reading = (say, value) => (typeof value === 'string' ? say.text(value) : value)

/** The parameters of a sentence as people read them, with times as times of day. */
export const readableParams = (say: Saying, params: Params): Params =>
  Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, (readings[name] ?? asItIs)(say, value, params)]),
  )
