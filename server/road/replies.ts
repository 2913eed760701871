import { deflateSync } from 'node:zlib'
import type { GatewayConfig } from '@stillwatch/contract/device.ts'
import {
  type Ack,
  type Ask,
  DEFLATE_FROM_BYTES,
  type Refused,
  type Welcome,
  WIRE_VERSION,
} from '@stillwatch/contract/road.ts'
import type { Fleet } from '../health/fleet.ts'
import type { Reply } from './round.ts'

export type WireMessage =
  | { leaf: 'welcome'; body: Welcome }
  | { leaf: 'ack'; body: Ack }
  | { leaf: 'refused'; body: Refused }
  | { leaf: 'config'; body: GatewayConfig }
  | { leaf: 'ask'; body: Ask }

/** JSON bytes, deflated when large. */
export function encode(message: WireMessage): Uint8Array {
  const bytes = Buffer.from(JSON.stringify(message.body))
  return bytes.length > DEFLATE_FROM_BYTES ? deflateSync(bytes) : bytes
}

/** What each gateway hears after a commit. Acknowledgements are cumulative: one a gateway and group. */
export function repliesToWire(
  replies: readonly { gatewayId: string; reply: Reply }[],
  fleet: Fleet,
  generation: number,
  now: number,
): { gatewayId: string; message: WireMessage }[] {
  const messages: { gatewayId: string; message: WireMessage }[] = []
  const acks = new Map<string, Ack>()
  for (const { gatewayId, reply } of replies) {
    const gateway = fleet.gateways.get(gatewayId)
    if (!gateway) continue
    const { epoch, lastApplied } = gateway
    if (reply.is === 'welcome') {
      const body = { v: WIRE_VERSION, nonce: reply.nonce, epoch, lastApplied, generation, now } as const
      messages.push({ gatewayId, message: { leaf: 'welcome', body } })
    } else if (reply.is === 'refused') {
      const { code, message } = reply
      messages.push({
        gatewayId,
        message: {
          leaf: 'refused',
          body: { code, message, ...(reply.epoch === undefined ? {} : { epoch: reply.epoch }) },
        },
      })
    } else {
      const ack = acks.get(gatewayId) ?? { epoch, through: lastApplied, now }
      // An earlier batch of the same group may have been asked for and have arrived since.
      if (reply.expect !== undefined && reply.expect > lastApplied) ack.expect = reply.expect
      if (reply.refused) ack.refused = [...(ack.refused ?? []), reply.refused]
      acks.set(gatewayId, ack)
    }
  }
  for (const [gatewayId, body] of acks) messages.push({ gatewayId, message: { leaf: 'ack', body } })
  return messages
}
