/** How live events change what is already on the page. Pure: an unchanged thing keeps its identity, so nothing is drawn again for nothing. */

interface Identified {
  id: string
}

interface PageOf<T> {
  items: T[]
}

/** The page with the changed items in their old places. Items it does not show are left to the next request. */
export function patchPage<T extends Identified, P extends PageOf<T>>(page: P, changed: readonly T[]): P {
  const byId = new Map(changed.map((item) => [item.id, item]))
  if (!page.items.some((item) => byId.has(item.id))) return page
  return { ...page, items: page.items.map((item) => byId.get(item.id) ?? item) }
}

/** The page without the items that are gone. */
export function dropFromPage<T extends Identified, P extends PageOf<T>>(page: P, gone: readonly string[]): P {
  const items = page.items.filter((item) => !gone.includes(item.id))
  return items.length === page.items.length ? page : { ...page, items }
}

export interface LatestValue {
  metric: string
  last: number
  lastAt: string
}

/** The series with newer last values; an older message never overwrites a newer value. */
export function patchSeries<S extends LatestValue, L extends PageOf<S>>(
  list: L,
  at: number,
  samples: Record<string, number>,
): L {
  const newer = (series: S) => samples[series.metric] !== undefined && Date.parse(series.lastAt) <= at
  if (!list.items.some(newer)) return list
  const items = list.items.map((series) =>
    newer(series)
      ? { ...series, last: samples[series.metric] ?? series.last, lastAt: new Date(at).toISOString() }
      : series,
  )
  return { ...list, items }
}

/** Whether a message carries a metric the list does not have yet. */
export const hasNewMetric = (list: PageOf<LatestValue>, samples: Record<string, number>): boolean =>
  Object.keys(samples).some((metric) => !list.items.some((series) => series.metric === metric))
