/** What a sentence is filled with. Times are ISO strings, so that each reader sees them in their own zone. */
export type Params = Record<string, string | number | boolean>

/** The English of sentences, by key. */
export type Templates = Record<string, (params: Params) => string>

/** A number of things, in English. */
export const counted = (count: Params[string] | undefined, one: string, many: string): string =>
  count === 1 ? one : `${count} ${many}`
