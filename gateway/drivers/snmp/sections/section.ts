import type { Plan } from '../rules.ts'
import type { Oid, Replies } from '../values.ts'

/** One field an agent may know about. All but the asking is here, and pure. */
export interface Section {
  name: string
  /** The agent has this section when anything follows under here. */
  root: Oid
  /** What is walked at first contact, and how far at most. */
  walks: readonly { subtree: Oid; maxRows: number }[]
  /** What is read once more about the rows found: names, scales. */
  details(found: Replies): Oid[]
  plan(found: Replies): Plan
}
