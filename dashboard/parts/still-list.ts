import { useRef, useState } from 'react'

interface Identified {
  id: string
}

/**
 * A live list that does not move under the pointer: while it is hovered the same rows stay in the same order (their contents still
 * change), and what came meanwhile is only counted.
 */
export function useStillList<T extends Identified>(items: readonly T[]) {
  const [held, setHeld] = useState<readonly T[]>()
  const newest = useRef(items)
  newest.current = items
  const shown = held ? holdStill(held, items) : items
  const fresh = held ? items.filter((item) => !held.some((old) => old.id === item.id)).length : 0
  return {
    shown,
    fresh,
    hold: {
      onPointerEnter: () => setHeld(newest.current),
      onPointerLeave: () => setHeld(undefined),
    },
  }
}

/** The rows of before in their order, each as it is now, or as it was when it has left the list. */
function holdStill<T extends Identified>(held: readonly T[], items: readonly T[]): T[] {
  const now = new Map(items.map((item) => [item.id, item]))
  return held.map((item) => now.get(item.id) ?? item)
}
