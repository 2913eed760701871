import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'

/** What is wrong with one field: `invalid.<keyword>` of the locales with these parameters, else the server's own words. */
export interface Problem {
  keyword: string
  params: Record<string, unknown>
  text: string
}

/** By the path of the field: `drivers.snmp.auth.key`. */
export type Problems = Record<string, Problem>

/** Everything that keeps `value` from fitting the schema, one problem per field. */
export function problemsOf(schema: TSchema, value: unknown): Problems {
  const problems: Problems = {}
  for (const { keyword, instancePath, params, message } of Value.Errors(schema, value)) {
    const details = params as Record<string, unknown>
    const missing = keyword === 'required' ? (details.requiredProperties as string[]) : undefined
    const paths = missing ? missing.map((name) => `${instancePath}/${name}`) : [instancePath]
    for (const path of paths) {
      const field = path.slice(1).replaceAll('/', '.')
      problems[field] ??= { keyword, params: details, text: message }
    }
  }
  return problems
}

/** The same from the `details` of a `bad_request`: words by field. */
export const problemsFromServer = (details: Record<string, unknown>): Problems =>
  Object.fromEntries(
    Object.entries(details).map(([field, words]) => [
      field,
      { keyword: 'server', params: {}, text: String(words) },
    ]),
  )
