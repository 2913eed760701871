import type { FastifySchemaCompiler } from 'fastify'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'

/**
 * Bodies are taken as they are: a number in quotes is refused, an unknown field is refused. Everything in a URL arrives as text, so
 * paths and queries are converted first. Defaults of the schema are filled in for both.
 */
export const validatorCompiler: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const compiled = Compile(schema)
  return (input: unknown) => {
    const value = Value.Default(schema, httpPart === 'body' ? input : Value.Convert(schema, input))
    if (compiled.Check(value)) return { value }
    return { error: compiled.Errors(value) as unknown as Error }
  }
}

interface Problem {
  keyword: string
  instancePath: string
  params: Record<string, unknown>
  message?: string
}

/** What is wrong with which field, in words: `drivers.snmp.version` -> `must be one of "1", "2c", "3"`. */
export function problemsByField(problems: readonly Problem[], part: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const problem of problems) {
    for (const [path, words] of fieldsOf(problem)) {
      const field = path.slice(1).replaceAll('/', '.') || part
      fields[field] ??= words
    }
  }
  return fields
}

function fieldsOf({ keyword, instancePath, params, message }: Problem): [string, string][] {
  const below = (names: unknown, words: string): [string, string][] =>
    (names as string[]).map((name) => [`${instancePath}/${name}`, words])
  if (keyword === 'required') return below(params.requiredProperties, 'is missing')
  if (keyword === 'additionalProperties') return below(params.additionalProperties, 'is not known here')
  if (keyword === 'boolean') return []
  if (keyword === 'enum') return [[instancePath, `must be one of ${list(params.allowedValues)}`]]
  return [[instancePath, message ?? 'does not fit']]
}

const list = (values: unknown): string =>
  (values as unknown[]).map((value) => JSON.stringify(value)).join(', ')
