import type { Sentence } from '@stillwatch/contract/api/common.ts'
import { useTranslation } from 'react-i18next'
import { useServerTime } from '../data/time.tsx'
import { metricWords, nameFactOf, nameWords, splitMetric } from '../format/metric.ts'
import { withReadableTimes } from '../format/time.ts'
import { valueText } from '../format/value.ts'
import { type Params, readableParams } from './sentence-params.ts'

interface Words {
  /** A sentence of the server in the language of the page; in its own words when we do not know it. */
  sentence(sentence: Sentence): string
  /** Free text of the server, its times made readable. */
  text(words: string): string
  /** What a condition is called: `silent`, `check_failed.snmp`. */
  condition(code: string): string
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

  const metric: Words['metric'] = (name, facts = {}) => {
    const { base, part } = splitMetric(name)
    const words = lookUp(`metric.${base}`) ?? metricWords(base)
    if (part === undefined) return words
    return `${words} · ${facts[nameFactOf(base, part)] ?? part}`
  }

  const value = (value: number, unit: string) => valueText(value, unit, i18n.language)

  /** What a check missed: which one it was, and what came back. */
  const missed = ({ check, reason, detail }: Params): string => {
    if (!check) return t('missed.message')
    return detail ? t('missed.detailed', { check, reason, detail }) : t('missed.check', { check, reason })
  }

  return {
    word,
    text,
    sentence: ({ key, params, text: ownWords }) => {
      const told = readableParams({ word, text, condition, metric, value }, params)
      return lookUp(`sentence.${key}`, { ...told, missed: missed(told) }) ?? text(ownWords)
    },
    condition,
    metric,
  }
}
