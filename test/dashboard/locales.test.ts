import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { linkStates } from '@stillwatch/contract/api/gateways.ts'
import { deviceKinds } from '@stillwatch/contract/device.ts'
import { driverSettings } from '@stillwatch/contract/drivers/registry.ts'
import { errorTable } from '@stillwatch/contract/errors.ts'
import { conditionCodes, healthStates } from '@stillwatch/contract/health.ts'
import { checkReasons } from '@stillwatch/contract/road.ts'
import { roles } from '@stillwatch/contract/roles.ts'
import { say, sentenceKeys } from '@stillwatch/contract/sentences.ts'
import { actors, ticketEventKinds, ticketStates } from '@stillwatch/contract/ticket.ts'
import { describe, expect, it } from 'vitest'
import { titleOf } from '../../server/tickets/titles.ts'
import { readTexts } from './source-texts.ts'

const root = join(import.meta.dirname, '../..')
const dashboard = join(root, 'dashboard')

type Tree = { [key: string]: string | Tree }

function flat(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)],
    ),
  )
}

const localeOf = (language: string) =>
  flat(JSON.parse(readFileSync(join(dashboard, `locales/${language}.json`), 'utf8')) as Tree)
const locales = { en: localeOf('en'), 'zh-CN': localeOf('zh-CN') }

/** A key without its plural form: languages have different numbers of those. */
const withoutPlural = (key: string): string => key.replace(/_(zero|one|two|few|many|other)$/, '')
const keysOf = (locale: Map<string, string>) => new Set([...locale.keys()].map(withoutPlural))
const en = keysOf(locales.en)

const { literals, prefixes: allPrefixes, visible } = readTexts(dashboard)
/** `drivers.snmp.port` is where a field is in what is sent, not a text. */
const prefixes = allPrefixes.filter((prefix) => prefix !== 'drivers.')

describe('the texts of the dashboard', () => {
  it('exist in every language', () => {
    expect([...keysOf(locales['zh-CN'])].sort()).toEqual([...en].sort())
  })

  it('have every plural form their language needs', () => {
    for (const [language, locale] of Object.entries(locales)) {
      const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories
      const plurals = new Set(
        [...locale.keys()].filter((key) => key !== withoutPlural(key)).map(withoutPlural),
      )
      for (const key of plurals)
        for (const form of forms)
          expect(locale.has(`${key}_${form}`), `${language} ${key}_${form}`).toBe(true)
    }
  })

  it('name the same parameters in every language', () => {
    const parameters = (text: string) =>
      new Set(text.match(/\{\{\w+\}\}/g)?.filter((name) => name !== '{{count}}'))
    for (const [key, text] of locales['zh-CN'])
      expect(parameters(text), key).toEqual(parameters(locales.en.get(key) ?? ''))
  })

  it('are all used', () => {
    const used = (key: string) => literals.has(key) || prefixes.some((prefix) => key.startsWith(prefix))
    expect([...en].filter((key) => !used(key))).toEqual([])
  })

  it('are all there that the pages ask for', () => {
    const groups = new Set([...en].map((key) => key.split('.')[0]))
    const asked = [...literals].filter(
      (text) => /^\w+(\.\w+)+$/.test(text) && groups.has(text.split('.')[0] ?? ''),
    )
    const isText = (key: string) => en.has(key) || [...en].some((known) => known.startsWith(`${key}.`))
    expect(asked.filter((key) => !isText(key))).toEqual([])
    for (const prefix of prefixes)
      expect(
        [...en].some((key) => key.startsWith(prefix)),
        prefix,
      ).toBe(true)
  })

  it('never stand in the pages themselves', () => {
    expect(visible).toEqual([])
  })
})

describe('the words of the contract', () => {
  const groups: Record<string, readonly string[]> = {
    state: healthStates,
    link: linkStates,
    linkSentence: linkStates,
    kind: deviceKinds,
    ticketState: ticketStates,
    move: ticketStates,
    event: ticketEventKinds,
    actor: actors,
    role: roles,
    check: checkReasons,
    condition: Object.keys(conditionCodes),
    driver: Object.keys(driverSettings),
    driverHelp: Object.keys(driverSettings),
  }

  it.each(Object.entries(groups))('%s: each has its word', (group, names) => {
    expect(names.filter((name) => !en.has(`${group}.${name}`))).toEqual([])
  })

  it('errors: each says what it means and what to do', () => {
    const missing = Object.keys(errorTable).filter(
      (code) => !en.has(`error.${code}.means`) || !en.has(`error.${code}.todo`),
    )
    expect(missing).toEqual([])
  })

  it('conditions that open tickets: each has a title', () => {
    const opening = Object.entries(conditionCodes).filter(([, { opensTicket }]) => opensTicket)
    const untitled = opening.filter(([code]) => titleOf(code, 'Camera 1').key === 'title.other')
    expect(untitled).toEqual([])
  })

  it('sentences: each is filled with what the server sends', () => {
    /** Made of other parameters by the page: `missed` of a check, its reason and the detail. */
    const derived = ['missed', 'reason']
    for (const key of sentenceKeys) {
      const sent = new Set(derived)
      const params = new Proxy({}, { get: (_, name) => sent.add(String(name)).size })
      say(key, params)
      const texts = [...locales.en].filter(([name]) => withoutPlural(name) === `sentence.${key}`)
      const filled = texts.flatMap(([, text]) => [...text.matchAll(/\{\{(\w+)\}\}/g)])
      expect(
        filled.map((match) => match[1] ?? '').filter((name) => !sent.has(name)),
        key,
      ).toEqual([])
    }
  })

  it('sentences: each that the server can say is known by its key', () => {
    const ownKeys = readdirSync(join(root, 'server'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(join(root, 'server', file), 'utf8').matchAll(/key: '([a-z_.]+)'/g)])
      .flatMap((match) => match[1] ?? [])
      .filter((key) => key.includes('.'))
    expect(ownKeys.length).toBeGreaterThan(2)
    expect([...sentenceKeys, ...ownKeys].filter((key) => !en.has(`sentence.${key}`))).toEqual([])
  })
})
