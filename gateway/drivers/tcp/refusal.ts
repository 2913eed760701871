import type { CheckReason } from '@stillwatch/contract/road.ts'
import type { Observation } from '../driver.ts'

interface Refusal {
  reason: CheckReason
  words(where: string): string
}

const refused: Refusal = { reason: 'connection_refused', words: (where) => `${where} refuses connections` }
const unreachable: Refusal = { reason: 'host_unreachable', words: () => 'there is no way to the host' }
const unknownName: Refusal = { reason: 'name_not_found', words: () => 'the host name has no address' }
const silent: Refusal = { reason: 'timeout', words: (where) => `${where} does not answer` }

/** By the system's error code (errno(3), getaddrinfo(3)). */
const byCode: Readonly<Record<string, Refusal>> = {
  ECONNREFUSED: refused,
  ECONNRESET: refused,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
  EHOSTDOWN: unreachable,
  ENOTFOUND: unknownName,
  EAI_AGAIN: unknownName,
  ETIMEDOUT: silent,
}

/** A refused port proves a host, not the device: a machine that took its address would refuse as well. */
export function refusalOf(code: string | undefined, where: string): Observation {
  const refusal = byCode[code ?? '']
  const detail = refusal?.words(where) ?? `${where} cannot be asked: ${code ?? 'unknown error'}`
  return { ok: false, alive: false, reason: refusal?.reason ?? 'host_unreachable', detail }
}
