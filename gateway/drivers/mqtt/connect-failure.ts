import type { CheckReason } from '@stillwatch/contract/road.ts'
import { systemErrorReasons } from '../driver.ts'

export interface WhyDeaf {
  reason: CheckReason
  detail: string
}

/** CONNACK return codes of MQTT 3.1.1 (3.2.2.3). */
const byReturnCode: Readonly<Record<number, [CheckReason, string]>> = {
  1: ['unsupported', 'does not speak MQTT 3.1.1'],
  2: ['protocol_error', 'refuses our client id'],
  3: ['connection_refused', 'is not available'],
  4: ['credentials_refused', 'refuses the user name or password'],
  5: ['credentials_refused', 'does not let us in'],
}

/** Why a broker cannot be heard; `broker` is its host and port, never its credentials. */
export function whyDeaf(broker: string, error: Error | undefined): WhyDeaf {
  const code = error && 'code' in error ? error.code : undefined
  const refused = typeof code === 'number' ? byReturnCode[code] : undefined
  if (refused) return { reason: refused[0], detail: `the broker ${broker} ${refused[1]}` }
  if (typeof code === 'string') {
    const reason = systemErrorReasons[code] ?? 'protocol_error'
    return { reason, detail: `no connection to the broker ${broker} (${code})` }
  }
  // mqtt.js says so in words only: "connack timeout", "Keepalive timeout".
  if (error && /timeout/i.test(error.message)) {
    return { reason: 'timeout', detail: `the broker ${broker} does not answer` }
  }
  return { reason: 'connection_refused', detail: `the broker ${broker} ended the connection` }
}
