/** A check that got no answer, and what came back instead. */
export interface Miss {
  check: string
  reason?: string | undefined
}

type Title = (subject: string, lastMiss: Miss | null) => string

/** What a ticket is called: the subject and its cause class, never just "offline". English; the dashboard says it in its own language from `cause` and `subject`. */
const causes: Readonly<Record<string, Title>> = {
  silent: (subject, lastMiss) => `${subject} is silent: ${silenceInWords(lastMiss)}`,
  gateway_lost: (subject) => `Gateway ${subject} is lost: nothing behind it can be watched`,
  gateway_restarting: (subject) => `Gateway ${subject} keeps restarting`,
  gateway_cloned: (subject) => `Two machines say they are gateway ${subject}`,
  credentials_refused: (subject) => `${subject} refuses our credentials`,
  check_failed: (subject) => `${subject} answers, but one of its checks fails`,
  ear_deaf: (subject) => `Gateway ${subject} cannot hear a site broker`,
  batches_refused: (subject) => `Data of gateway ${subject} had to be refused`,
  not_adopted: (subject) => `${subject} has not been taken over by its gateway`,
}

/** What came back instead of an answer; the check is named where the words do not. */
const reasons: Readonly<Record<string, (check: string) => string>> = {
  timeout: (check) => `no ${check.toUpperCase()} answer`,
  connection_refused: (check) => `connection refused (${check})`,
  host_unreachable: (check) => `host unreachable (${check})`,
  name_not_found: () => 'its host name is not found',
  reported_offline: () => 'reported offline',
}

function silenceInWords(miss: Miss | null): string {
  if (!miss) return 'no message'
  const inWords = reasons[miss.reason ?? 'timeout']
  return inWords ? inWords(miss.check) : `no ${miss.check.toUpperCase()} answer`
}

/** `lastMiss`: the latest check the subject did not answer; null when it speaks by itself and is never asked. */
export function titleOf(cause: string, subject: string, lastMiss: Miss | null = null): string {
  const [base = cause, part] = cause.split('.', 2)
  const title = causes[base]
  if (!title) return `${subject}: ${cause.replaceAll('_', ' ')}`
  return part === undefined ? title(subject, lastMiss) : `${title(subject, lastMiss)} (${part})`
}
