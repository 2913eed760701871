import Type, { type TSchema, type TStringOptions } from 'typebox'

/** Marks a field that is sealed at rest, never logged and never sent to a browser. */
export const Secret = (options: TStringOptions = {}) =>
  Type.String({ maxLength: 256, ...options, 'x-secret': true })

export const isSecret = (schema: TSchema): boolean =>
  (schema as { 'x-secret'?: boolean })['x-secret'] === true
