import type { Templates } from './template.ts'

const upper = (check: unknown): string => String(check).toUpperCase()

/** What a ticket is called: the subject and its cause class, never just "offline". */
export const titles = {
  'title.silent_unanswered': (p) => `${p.subject} is silent: no ${upper(p.check)} answer`,
  'title.silent_refused': (p) => `${p.subject} is silent: connection refused (${p.check})`,
  'title.silent_unreachable': (p) => `${p.subject} is silent: host unreachable (${p.check})`,
  'title.silent_no_name': (p) => `${p.subject} is silent: its host name is not found`,
  'title.silent_offline': (p) => `${p.subject} is silent: reported offline`,
  'title.silent_quiet': (p) => `${p.subject} is silent: no message`,
  'title.gateway_lost': (p) => `Gateway ${p.subject} is lost: nothing behind it can be watched`,
  'title.gateway_restarting': (p) => `Gateway ${p.subject} keeps restarting`,
  'title.gateway_cloned': (p) => `Two machines say they are gateway ${p.subject}`,
  'title.credentials_refused': (p) => `${p.subject} refuses our credentials (${p.check})`,
  'title.check_failed': (p) => `One check of ${p.subject} fails (${p.check})`,
  'title.ear_deaf': (p) => `Gateway ${p.subject} cannot hear a site broker (${p.ear})`,
  'title.batches_refused': (p) => `Data of gateway ${p.subject} had to be refused`,
  'title.data_gap': (p) => `Data of gateway ${p.subject} is missing`,
  'title.clock_drift': (p) => `The clock of ${p.subject} is wrong`,
  'title.not_adopted': (p) => `${p.subject} has not been taken over by its gateway`,
  /** A limit, by the code its owner gave it. */
  'title.other': (p) => `${p.subject}: ${String(p.code).replaceAll('_', ' ')}`,
} as const satisfies Templates
