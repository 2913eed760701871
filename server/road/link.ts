import type { Sentence } from '@stillwatch/contract/api/common.ts'
import { isoTime, say } from '@stillwatch/contract/sentences.ts'
import { SECOND_MS } from '@stillwatch/contract/time.ts'
import { beginRecovery, raise } from '../health/conditions.ts'
import { type GatewayHealth, isCaughtUp } from '../health/gateway-health.ts'
import { watchedThrough } from '../health/watch-clock.ts'
import type { Round } from './round.ts'
import { settleGateway } from './tickets.ts'

/** How a gateway itself is: lost, catching up, connected, or fenced (road-protocol, sections 2 and 5). */

export function onLost(round: Round, gateway: GatewayHealth, at: number): void {
  if (gateway.link === 'not_enrolled' || gateway.link === 'fenced') return
  if (gateway.link === 'lost' && gateway.conditions.get('gateway_lost')?.recoveredAt === null) return
  const since = gateway.clock.through || at
  const body = Buffer.from(JSON.stringify({ to: 'lost' }))
  round.rows.journal({
    gatewayId: gateway.id,
    kind: 'link',
    epoch: gateway.epoch,
    seq: gateway.lastApplied,
    receivedAt: at,
    body,
  })
  setLink(gateway, 'lost', at)
  gateway.helloNewest = null
  const evidence = say('evidence.gateway_lost', { since: isoTime(since) })
  raise(round.draft, gateway.id, gateway, { code: 'gateway_lost', since, evidence }, round.newId)
}

/** How long a gateway must stay after a loss before the loss counts as over. */
const STABLE_MS = 30 * SECOND_MS

export function whenCaughtUp(round: Round, gateway: GatewayHealth, at: number): void {
  if (gateway.link !== 'catching_up' || !isCaughtUp(gateway)) return
  setLink(gateway, 'connected', at)
  settleGateway(round, gateway)
}

/** A greeting alone proves nothing: the loss begins to end with the first word of watching that is about now. */
export function endLoss({ draft }: Round, gateway: GatewayHealth, at: number): void {
  beginRecovery(draft, gateway.id, gateway, 'gateway_lost', at, watchedThrough(gateway.clock) + STABLE_MS)
}

/** Two histories claim to be this gateway: nothing more is taken until a person has said which goes on. */
export function fence(round: Round, gateway: GatewayHealth, evidence: Sentence, at: number): void {
  if (gateway.link === 'fenced') return
  setLink(gateway, 'fenced', at)
  gateway.helloNewest = null
  raise(round.draft, gateway.id, gateway, { code: 'gateway_cloned', since: at, evidence }, round.newId)
}

export function setLink(gateway: GatewayHealth, link: GatewayHealth['link'], at: number): void {
  if (gateway.link === link) return
  gateway.link = link
  gateway.linkSince = at
}
