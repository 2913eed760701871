import type { Sentence } from '@stillwatch/contract/api/common.ts'
import type { Miss } from '@stillwatch/contract/sentences/miss.ts'
import { type SentenceKey, say } from '@stillwatch/contract/sentences.ts'

/** How to say that a subject is silent, by what came back instead of an answer. */
const silences: Readonly<Record<string, SentenceKey>> = {
  connection_refused: 'title.silent_refused',
  host_unreachable: 'title.silent_unreachable',
  name_not_found: 'title.silent_no_name',
  reported_offline: 'title.silent_offline',
}

type Title = (subject: string, part: string) => Sentence

const titles: Readonly<Record<string, Title>> = {
  gateway_lost: (subject) => say('title.gateway_lost', { subject }),
  gateway_restarting: (subject) => say('title.gateway_restarting', { subject }),
  gateway_cloned: (subject) => say('title.gateway_cloned', { subject }),
  credentials_refused: (subject, check) => say('title.credentials_refused', { subject, check }),
  check_failed: (subject, check) => say('title.check_failed', { subject, check }),
  ear_deaf: (subject, ear) => say('title.ear_deaf', { subject, ear }),
  batches_refused: (subject) => say('title.batches_refused', { subject }),
  data_gap: (subject) => say('title.data_gap', { subject }),
  clock_drift: (subject) => say('title.clock_drift', { subject }),
  not_adopted: (subject) => say('title.not_adopted', { subject }),
}

/** What a ticket is called. `lastMiss`: the latest check the subject did not answer; null when it speaks by itself and is never asked. */
export function titleOf(cause: string, subject: string, lastMiss: Miss | null = null): Sentence {
  const [base = cause, part = ''] = cause.split('.', 2)
  if (base === 'silent') return silence(subject, lastMiss)
  return titles[base]?.(subject, part) ?? say('title.other', { subject, code: cause })
}

function silence(subject: string, miss: Miss | null): Sentence {
  if (!miss) return say('title.silent_quiet', { subject })
  return say(silences[miss.reason ?? 'timeout'] ?? 'title.silent_unanswered', { subject, check: miss.check })
}
