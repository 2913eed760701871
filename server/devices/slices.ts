import { setImmediate } from 'node:timers/promises'

/** SQLite takes a bounded number of values per statement. */
const ROWS_PER_STATEMENT = 500
/** A few milliseconds of sealing or checking. */
const ITEMS_PER_TURN = 100

/** Cuts a long list into lists that fit one statement. */
export function inSlices<T>(items: readonly T[], size = ROWS_PER_STATEMENT): T[][] {
  const slices: T[][] = []
  for (let from = 0; from < items.length; from += size) slices.push(items.slice(from, from + size))
  return slices
}

/** Works through a long list and lets others have their turn in between, so that ten thousand devices do not stop the server for a second. */
export async function inTurns<T, R>(items: readonly T[], work: (item: T) => R): Promise<R[]> {
  const results: R[] = []
  for (const slice of inSlices(items, ITEMS_PER_TURN)) {
    if (results.length > 0) await setImmediate()
    results.push(...slice.map(work))
  }
  return results
}
