import { counted, type Templates } from './template.ts'

/** What the machine writes on tickets. */
export const events = {
  'event.recovering': (p) =>
    `Well again since ${p.since}; resolves itself at ${p.resolvesAt} if it stays so.`,
  'event.healthy': () => 'Well again. Somebody works on this ticket, so it stays open.',
  'event.healthy_since': (p) =>
    `Well again since ${p.since}. Somebody works on this ticket, so it stays open.`,
  'event.fault_back': () => 'The fault is back.',
  'event.resolved': () => 'Well again; nobody had to act.',
  'event.resolved_since': (p) => `Well again since ${p.since}; nobody had to act.`,
  'event.merged': () => 'Merged into the ticket of its root cause.',
  'event.takes_over': (p) => `Takes over the ticket of ${p.subject}.`,
  'event.behind': (p) =>
    `${counted(p.count, 'One device', 'devices')} behind it cannot be reached: ${p.names}.`,
  'event.behind_and_more': (p) =>
    `${p.count} devices behind it cannot be reached: ${p.names} and ${p.more} more.`,
  'event.removed': () => 'The device was removed.',
  /** A person resolved it although the fault was still there; `words` are theirs. */
  'event.overridden': (p) => `Overridden: ${p.words}`,
} as const satisfies Templates
