import type { SnmpSettings } from '@stillwatch/contract/drivers/snmp.ts'
import type { CheckReason } from '@stillwatch/contract/road.ts'
import snmp from 'net-snmp'

/** A question that got no usable answer. */
export class SnmpFailure extends Error {
  override readonly name = 'SnmpFailure'
  readonly reason: CheckReason
  /** The agent said something: it lives, whatever it said. */
  readonly alive: boolean
  /**
   * `too_big`, `refused`: the agent answered, but not this question as it was put; asking for less may help.
   * `unheard`: the question and its resend both went unanswered.
   */
  readonly hint: 'too_big' | 'refused' | 'unheard' | undefined

  constructor(reason: CheckReason, alive: boolean, detail: string, hint?: SnmpFailure['hint']) {
    super(detail)
    this.reason = reason
    this.alive = alive
    this.hint = hint
  }

  get askLess(): boolean {
    return this.hint === 'too_big' || this.hint === 'refused'
  }
}

/** What else looks like silence, said to the operator because the agent itself never says it. */
export function silenceHint(settings: SnmpSettings): string {
  if (settings.version !== '3') return '; a wrong community looks the same'
  return settings.priv ? '; a wrong privacy key looks the same' : ''
}

/** What each report of an SNMPv3 agent means for the person who configured the device (RFC 3414, 3.2). */
const reports: readonly [says: RegExp, reason: CheckReason, detail: string][] = [
  [/Unknown User Name/, 'credentials_refused', 'the agent does not know this user'],
  [/Wrong Digest|digest/, 'credentials_refused', 'the authentication key or protocol is wrong'],
  [/Decryption Error/, 'credentials_refused', 'the agent could not decrypt: the privacy key is wrong'],
  [
    /Unsupported Security Level/,
    'credentials_refused',
    'the agent does not allow this security level for the user',
  ],
  [/Time Window/, 'protocol_error', 'the agent says that the question is outside its time window'],
  [/Unknown Engine/, 'protocol_error', 'the agent changed its engine id while being asked'],
]

/** Errors of the operating system that mean: the datagram did not leave for that host. */
const unreachable = new Set([
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EACCES',
])

/** Turns whatever net-snmp calls back with into a failure. Its own messages are not passed on: they can carry digests. */
export function failureOf(error: Error, settings: SnmpSettings): SnmpFailure {
  // The type declarations lack this class.
  if (error.name === 'RequestTimedOutError') {
    return new SnmpFailure('timeout', false, `no answer${silenceHint(settings)}`, 'unheard')
  }
  if (error instanceof snmp.RequestFailedError) return refusedFailure(error.status)
  if (error instanceof snmp.ResponseInvalidError) return invalidFailure(error)
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (unreachable.has(code)) return new SnmpFailure('host_unreachable', false, `cannot send to it (${code})`)
  if (code.startsWith('ERR_OSSL') || code.startsWith('ERR_CRYPTO')) {
    return new SnmpFailure('unsupported', false, 'this gateway cannot do the configured encryption')
  }
  return new SnmpFailure('timeout', false, 'the question was given up')
}

function refusedFailure(status: number): SnmpFailure {
  if (status === snmp.ErrorStatus.AuthorizationError || status === snmp.ErrorStatus.NoAccess) {
    return new SnmpFailure('credentials_refused', true, 'the agent does not allow this to be read')
  }
  const tooBig = status === snmp.ErrorStatus.TooBig
  const name = snmp.ErrorStatus[status] ?? `error ${status}`
  return new SnmpFailure('protocol_error', true, `the agent answered ${name}`, tooBig ? 'too_big' : 'refused')
}

function invalidFailure(error: Error & { code: number }): SnmpFailure {
  const report = reports.find(([says]) => says.test(error.message))
  if (report) return new SnmpFailure(report[1], true, report[2])
  if (error.code === snmp.ResponseInvalidCode.ECouldNotDecrypt) {
    return new SnmpFailure('credentials_refused', true, 'its answer could not be decrypted')
  }
  return new SnmpFailure('protocol_error', true, 'its answer does not fit the question', 'refused')
}
