import type { CheckResult } from '../road.ts'
import type { Params } from './template.ts'

/** A check that got no answer, and what came back instead. */
export type Miss = Pick<CheckResult, 'check' | 'reason' | 'detail'>

/** The same as parameters of a sentence; null: it speaks by itself and was quiet. */
export const missParams = (miss: Miss | null): Params => ({
  check: miss?.check ?? '',
  reason: miss?.reason ?? '',
  detail: miss?.detail ?? '',
})

const words: Readonly<Record<string, string>> = {
  timeout: 'no answer in time',
  connection_refused: 'connection refused',
  host_unreachable: 'host unreachable',
  name_not_found: 'host name not found',
  reported_offline: 'reported offline',
  credentials_refused: 'credentials refused',
  protocol_error: 'answer not understood',
  unsupported: 'not supported',
}

/** What was missed, in a few words: the check and what came back. */
export function missed({ check, reason, detail }: Params): string {
  if (!check) return 'no message'
  return `${check}: ${detail || (reason ? (words[String(reason)] ?? reason) : 'failed')}`
}
