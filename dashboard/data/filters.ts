import { useNavigate, useSearch } from '@tanstack/react-router'

/** What a page shows is in its URL: a link to it shows the same, and back undoes a filter. */
export type Search = Record<string, string | undefined>

export interface Filters {
  search: Search
  /** Changes some filters and starts again at the first page. */
  set(change: Search): void
  /** The same without a step in the history: for what changes with every key pressed. */
  replace(change: Search): void
}

export function useFilters(): Filters {
  const search = useSearch({ strict: false }) as Search
  const navigate = useNavigate()
  const change = (changed: Search, replace: boolean) =>
    void navigate({
      to: '.',
      search: withoutEmpty({ ...search, cursor: undefined, page: undefined, ...changed }) as never,
      replace,
      resetScroll: false,
    })
  return {
    search,
    set: (changed) => change(changed, false),
    replace: (changed) => change(changed, true),
  }
}

const withoutEmpty = (search: Search): Search =>
  Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined && value !== ''))

/** Plain `?state=down&q=12`: every value is text, nothing is guessed to be a number. */
export const parseSearch = (text: string): Search => Object.fromEntries(new URLSearchParams(text))

export function stringifySearch(search: Record<string, unknown>): string {
  const text = new URLSearchParams(withoutEmpty(search as Search) as Record<string, string>).toString()
  return text === '' ? '' : `?${text}`
}
