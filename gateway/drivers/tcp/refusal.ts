import type { CheckReason } from '@stillwatch/contract/road.ts'
import { type Observation, systemErrorReasons } from '../driver.ts'

const words: Partial<Record<CheckReason, (where: string) => string>> = {
  connection_refused: (where) => `${where} refuses connections`,
  host_unreachable: () => 'there is no way to the host',
  name_not_found: () => 'the host name has no address',
  timeout: (where) => `${where} does not answer`,
}

/** A refused port proves a host, not the device: a machine that took its address would refuse as well. */
export function refusalOf(code: string | undefined, where: string): Observation {
  const reason = systemErrorReasons[code ?? '']
  const detail = reason && words[reason]?.(where)
  return {
    ok: false,
    alive: false,
    reason: reason ?? 'host_unreachable',
    detail: detail ?? `${where} cannot be asked: ${code ?? 'unknown error'}`,
  }
}
