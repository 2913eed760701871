import type { Sentence } from '@stillwatch/contract/api/common.ts'
import { useTranslation } from 'react-i18next'
import { useServerTime } from '../data/time.tsx'
import { metricWords, nameFactOf, nameWords, splitMetric } from '../format/metric.ts'
import { withReadableTimes } from '../format/time.ts'

interface Words {
  /** A sentence of the server in the language of the page; in its own words when we do not know it. */
  sentence(sentence: Sentence): string
  /** Free text of the server, its times made readable. */
  text(words: string): string
  /** What a condition is called: `silent`, `check_failed.snmp`. */
  condition(code: string): string
  /** A ticket's title from its cause and subject. */
  ticketTitle(ticket: { cause: string; subject: string; title: string }): string
  /** What a metric measures; of one of many (a port, a disk) by its own name when the device has told it. */
  metric(name: string, facts?: Record<string, string | boolean>): string
  /** A word from a group of the locales, or one made from the name itself. */
  word(group: string, name: string): string
}

/** Words for what the server names by codes. */
export function useWords(): Words {
  const { t, i18n } = useTranslation()
  const time = useServerTime()
  const lookUp = (key: string, params: Record<string, unknown> = {}): string | undefined =>
    i18n.exists(key, params) ? String(t(key as never, params as never)) : undefined

  const word = (group: string, name: string) => lookUp(`${group}.${name}`) ?? nameWords(name)

  const condition = (code: string) => {
    const { base, part } = splitMetric(code)
    return part === undefined ? word('condition', base) : `${word('condition', base)} (${part})`
  }

  const text = (words: string) => withReadableTimes(words, time.now(), i18n.language)

  /** Parameters as people read them: times as times of day, lists of condition codes as their names. */
  const readable = (name: string, value: string | number | boolean) => {
    if (name === 'codes') return String(value).split(', ').map(condition).join(', ')
    return typeof value === 'string' ? text(value) : value
  }

  return {
    word,
    text,
    sentence: ({ key, params, text: ownWords }) => {
      const shown = Object.fromEntries(
        Object.entries(params).map(([name, value]) => [name, readable(name, value)]),
      )
      return lookUp(`sentence.${key}`, shown) ?? text(ownWords)
    },
    condition,
    ticketTitle: ({ cause, subject, title }) => {
      const { base, part } = splitMetric(cause)
      return lookUp(`ticketTitle.${base}`, { subject, part: part ?? '' }) ?? title
    },
    metric: (name, facts = {}) => {
      const { base, part } = splitMetric(name)
      const words = lookUp(`metric.${base}`) ?? metricWords(base)
      if (part === undefined) return words
      return `${words} · ${facts[nameFactOf(base, part)] ?? part}`
    },
  }
}
