import type { Sentence } from './api/common.ts'
import type { CheckResult } from './road.ts'

type Params = Record<string, string | number | boolean>

const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')

/** English of every sentence the server says about health. The dashboard has the same keys in its locales. */
const templates = {
  'state.up': () => 'Works: it answers and nothing is wrong.',
  'state.answers_again': (p) => `Answers again since ${p.at}.`,
  'state.degraded': (p) =>
    `Alive, but ${p.count === 1 ? 'one thing is' : `${p.count} things are`} wrong with it: ${p.codes}.`,
  'state.suspect': (p) => `Missed a check (${p.what}); asking again.`,
  'state.suspect_quiet': (p) => `Quiet since ${p.since}; finding out why.`,
  'state.restarted': (p) => `${p.ancestor} is back; waiting for this one to answer.`,
  'state.down': (p) => `Silent: ${p.what}. Last sign of life ${p.since}.`,
  'state.down_never_seen': (p) => `Has never answered: ${p.what}.`,
  'state.unreachable': (p) => `Cannot be reached: ${p.ancestor} is down.`,
  'state.never_seen': () => 'No sign of life yet.',
  'state.handed_over': () => 'Being handed over to another gateway.',
} as const satisfies Record<string, (params: Params) => string>

export type SentenceKey = keyof typeof templates
/** Every sentence there is; each locale of the dashboard has them all. */
export const sentenceKeys = Object.keys(templates) as SentenceKey[]

/** A sentence as key, parameters and English text. Times among the parameters are ISO strings. */
export function say(key: SentenceKey, params: Params = {}): Sentence {
  return { key, params, text: templates[key](params) }
}

/** What was missed, in a few words: the check and what came back. */
export function missInWords(miss: CheckResult | null): string {
  if (!miss) return 'no message'
  return `${miss.check}: ${miss.detail ?? reasonInWords(miss.reason)}`
}

const words: Partial<Record<NonNullable<CheckResult['reason']>, string>> = {
  timeout: 'no answer in time',
  connection_refused: 'connection refused',
  host_unreachable: 'host unreachable',
  name_not_found: 'host name not found',
  reported_offline: 'reported offline',
  credentials_refused: 'credentials refused',
  protocol_error: 'answer not understood',
  unsupported: 'not supported',
}

export const reasonInWords = (reason: CheckResult['reason']): string =>
  reason ? (words[reason] ?? reason) : 'failed'

export const isoTime = iso
