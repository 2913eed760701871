/** What a ticket is called: the subject and its cause class, never just "offline". English; the dashboard says it in its own language from `cause` and `subject`. */
const causes: Readonly<Record<string, (subject: string) => string>> = {
  silent: (subject) => `${subject} is silent`,
  gateway_lost: (subject) => `Gateway ${subject} is lost: nothing behind it can be watched`,
  gateway_restarting: (subject) => `Gateway ${subject} keeps restarting`,
  gateway_cloned: (subject) => `Two machines say they are gateway ${subject}`,
  credentials_refused: (subject) => `${subject} refuses our credentials`,
  check_failed: (subject) => `${subject} answers, but one of its checks fails`,
  ear_deaf: (subject) => `Gateway ${subject} cannot hear a site broker`,
  batches_refused: (subject) => `Data of gateway ${subject} had to be refused`,
  not_adopted: (subject) => `${subject} has not been taken over by its gateway`,
}

export function titleOf(cause: string, subject: string): string {
  const [base = cause, part] = cause.split('.', 2)
  const title = causes[base]
  if (!title) return `${subject}: ${cause.replaceAll('_', ' ')}`
  return part === undefined ? title(subject) : `${title(subject)} (${part})`
}
