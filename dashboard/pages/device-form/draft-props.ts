import type { DeviceDraft } from './device-draft.ts'
import type { Problems } from './problems.ts'

/** What every part of the form gets: the draft, a way to change parts of it, and what is wrong with it. */
export interface DraftProps {
  draft: DeviceDraft
  change(part: Partial<DeviceDraft>): void
  problems: Problems
}
