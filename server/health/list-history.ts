import type { ConfigVersion } from '@stillwatch/contract/road.ts'

/** A generation of device lists that a restore has ended: what was numbered after the backup was never told to us. */
export interface PastGeneration {
  generation: number
  /** Last journal row of the backup. */
  throughRow: number
  /** Last list of the backup. */
  throughVersion: number
}

export interface ListHistory {
  generation: number
  /** In the order in which they ended. */
  past: readonly PastGeneration[]
}

/** Whether the list a batch was made under is one we know, as of a journal row: then its number says which devices it named. */
export function knowsList(
  { generation, past }: ListHistory,
  list: ConfigVersion,
  rowId = Number.MAX_SAFE_INTEGER,
): boolean {
  const inForce = past.find((ended) => rowId <= ended.throughRow)?.generation ?? generation
  if (list.generation === inForce) return true
  return past.some(
    (ended) =>
      ended.generation === list.generation &&
      ended.throughRow < rowId &&
      list.version <= ended.throughVersion,
  )
}
