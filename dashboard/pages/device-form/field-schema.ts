/** JSON schema as far as forms need it, and what can be said about a field without drawing it. Pure. */

export interface FieldSchema {
  type?: string
  enum?: readonly string[]
  properties?: Record<string, FieldSchema>
  required?: readonly string[]
  default?: unknown
  description?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  'x-secret'?: boolean
  /** The field means something only while its neighbours have one of these values. */
  'x-when'?: Record<string, readonly unknown[]>
}

export type Values = Record<string, unknown>

export const isValues = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The values a new form starts with: the schema's defaults. */
export function startValues(schema: FieldSchema): Values {
  const fields = Object.entries(schema.properties ?? {})
  return Object.fromEntries(
    fields.filter(([, field]) => field.default !== undefined).map(([name, field]) => [name, field.default]),
  )
}

/** Whether the field applies, given its neighbours' values. */
export const applies = (field: FieldSchema, values: Values): boolean =>
  Object.entries(field['x-when'] ?? {}).every(([neighbour, fitting]) => fitting.includes(values[neighbour]))

/** What is sent: without what does not apply, was left empty, or is a part nobody switched on. */
export function sentValues(schema: FieldSchema, values: Values): Values {
  const sent: Values = {}
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    const value = values[name]
    if (value === undefined || value === '' || value === null || !applies(field, values)) continue
    sent[name] = isValues(value) ? sentValues(field, value) : value
  }
  return sent
}
