import Type, { type TObject, type TSchema, type TStringOptions } from 'typebox'

/** Marks a field that is sealed at rest, never logged and never sent to a browser. */
export const Secret = (options: TStringOptions = {}) =>
  Type.String({ maxLength: 256, ...options, 'x-secret': true })

export const isSecret = (schema: TSchema): boolean =>
  (schema as { 'x-secret'?: boolean })['x-secret'] === true

/** The settings of a driver with every secret optional, on whatever level it sits. */
export function secretsOptional(settings: TObject): TObject {
  const properties = Object.entries(settings.properties).map(([name, field]): [string, TSchema] => {
    if (isSecret(field)) return [name, Type.Optional(field)]
    if (!Type.IsObject(field)) return [name, field]
    const inner = secretsOptional(field)
    return [name, Type.IsOptional(field) ? Type.Optional(inner) : inner]
  })
  return Type.Object(Object.fromEntries(properties), { additionalProperties: false })
}
