import type { Sentence } from './api/common.ts'
import { events } from './sentences/events.ts'
import { evidence } from './sentences/evidence.ts'
import { states } from './sentences/states.ts'
import type { Params } from './sentences/template.ts'
import { titles } from './sentences/titles.ts'

/** English of every sentence the server says about health. The dashboard has the same keys in its locales. */
const templates = { ...states, ...titles, ...events, ...evidence }

export type SentenceKey = keyof typeof templates
/** Every sentence there is; each locale of the dashboard has them all. */
export const sentenceKeys = Object.keys(templates) as SentenceKey[]

/** A sentence as key, parameters and English text. Times among the parameters are ISO strings. */
export function say(key: SentenceKey, params: Params = {}): Sentence {
  return { key, params, text: templates[key](params) }
}

/** As times stand in sentences: to the second. */
export const isoTime = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z')
