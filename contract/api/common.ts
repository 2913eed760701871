import Type, { type Static, type TSchema } from 'typebox'

/** Times in the API are ISO 8601 UTC with milliseconds. */
export const IsoTime = Type.String({ format: 'date-time' })
export const Uuid = Type.String({ minLength: 1, maxLength: 64 })
export const IdParams = Type.Object({ id: Uuid })

/** A page of a list. `next` is the cursor of the following page, absent on the last. `total` counts all that match. */
export const Page = <T extends TSchema>(item: T) =>
  Type.Object({
    items: Type.Array(item),
    total: Type.Integer({ minimum: 0 }),
    next: Type.Optional(Type.String()),
  })

export const PageQuery = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500, default: 100 })),
  cursor: Type.Optional(Type.String({ maxLength: 200 })),
}

export const ErrorBody = Type.Object({
  code: Type.String(),
  message: Type.String(),
  details: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})
export type ErrorBody = Static<typeof ErrorBody>

/** A sentence for people, and the same as a key with parameters so that the dashboard can say it in its own language. */
export const Sentence = Type.Object({
  key: Type.String(),
  params: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  text: Type.String(),
})
export type Sentence = Static<typeof Sentence>
