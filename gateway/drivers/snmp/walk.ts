import type { Agent } from './client.ts'
import { SnmpFailure } from './failure.ts'
import type { Oid, SnmpValue } from './values.ts'

/** Rows per GETBULK: a few round trips for a switch, still one frame per reply. */
const ROWS_AT_ONCE = 16

/** Whether an agent may be asked by GETBULK: some never answer it, or answer rubbish. */
export interface BulkMood {
  works: boolean
}

export async function hasAny(agent: Agent, subtree: Oid): Promise<boolean> {
  const [next] = await nextRows(agent, subtree, { works: false })
  return next?.[0].startsWith(`${subtree}.`) ?? false
}

/**
 * Everything under `subtree`, at most `maxRows`. Ends where the subtree ends, and at an answer that brings nothing
 * new: so an agent that goes in circles or never ends is left, while one whose order is merely not increasing
 * (several switch makers) is still read.
 */
export async function walk(
  agent: Agent,
  subtree: Oid,
  maxRows: number,
  bulk: BulkMood,
): Promise<Map<Oid, SnmpValue>> {
  const rows = new Map<Oid, SnmpValue>()
  let at = subtree
  while (rows.size < maxRows) {
    const found = await nextRows(agent, at, bulk)
    const before = rows.size
    for (const [oid, value] of found) {
      if (!oid.startsWith(`${subtree}.`) || rows.size >= maxRows) return rows
      rows.set(oid, value)
      at = oid
    }
    if (rows.size === before) return rows
  }
  return rows
}

async function nextRows(agent: Agent, at: Oid, bulk: BulkMood): Promise<[Oid, SnmpValue][]> {
  if (bulk.works) {
    try {
      return await agent.after(at, ROWS_AT_ONCE)
    } catch (failure) {
      // Out of time says nothing about GETBULK.
      if (!(failure instanceof SnmpFailure) || failure.hint === undefined) throw failure
      bulk.works = false
    }
  }
  try {
    return await agent.after(at, 1)
  } catch (failure) {
    // SNMP v1 says noSuchName where later versions say endOfMibView; genErr ends a walk just as well.
    if (failure instanceof SnmpFailure && failure.askLess) return []
    throw failure
  }
}
