import { StillwatchError } from '@stillwatch/contract/errors.ts'

type Key = readonly (string | number)[]

/** The place of a row in the order of its list, as an opaque text. A list goes on after it, whatever was added meanwhile. */
export const encodeCursor = (key: Key): string => Buffer.from(JSON.stringify(key)).toString('base64url')

/** Reads a cursor back; `shape` is a key of the same list. Throws `bad_request` for anything this list has not made. */
export function decodeCursor<K extends Key>(cursor: string, shape: K): K {
  const key = parse(Buffer.from(cursor, 'base64url').toString())
  const fits =
    Array.isArray(key) &&
    key.length === shape.length &&
    key.every((value, index) => typeof value === typeof shape[index])
  if (!fits) throw new StillwatchError('bad_request', undefined, { cursor: 'is not a cursor of this list' })
  return key as unknown as K
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `text` as a pattern for LIKE ... ESCAPE '\\': found anywhere, its own wildcards taken literally. */
export const containing = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`
