import type { DatabaseSync } from 'node:sqlite'
import type { Hello, RefusalCode } from '@stillwatch/contract/road.ts'
import type { Draft, Fleet } from '../health/fleet.ts'
import type { GatewayHealth } from '../health/gateway-health.ts'
import type { ListHistory } from '../health/list-history.ts'
import type { RoadRows } from '../store/records/road-rows.ts'

export type RoadInput =
  | { kind: 'hello' | 'beat'; gatewayId: string; body: Uint8Array; receivedAt: number }
  | { kind: 'batch'; gatewayId: string; epoch: number; seq: number; body: Uint8Array; receivedAt: number }
  /** Not heard for too long. */
  | { kind: 'lost'; gatewayId: string; receivedAt: number }
  /** Its connection ended. */
  | { kind: 'end'; gatewayId: string; receivedAt: number }

export interface RoadDeps extends ListHistory {
  fleet: Fleet
  rows: RoadRows
  retentionMs: number
  newId: () => string
}

export type Reply =
  | { is: 'ack'; expect?: number; refused?: { seq: number; code: RefusalCode } }
  | { is: 'welcome'; nonce: string; helloConfig: Hello['configVersion'] }
  | { is: 'refused'; code: RefusalCode; message: string; epoch?: number }

/** What is to be done once the transaction is committed. */
export interface Outcome {
  draft: Draft
  replies: { gatewayId: string; reply: Reply }[]
  samples: { rowId: number; deviceId: string; at: number; samples: Readonly<Record<string, number>> }[]
  tickets: Set<string>
}

/** One group on its way into the records. */
export interface Round extends RoadDeps {
  db: DatabaseSync
  draft: Draft
  outcome: Outcome
}

export function reply(round: Round, gateway: GatewayHealth, answer: Reply): void {
  round.outcome.replies.push({ gatewayId: gateway.id, reply: answer })
}

export function countRefused(gateway: GatewayHealth, reason: string): void {
  gateway.refused = { ...gateway.refused, [reason]: (gateway.refused[reason] ?? 0) + 1 }
}
