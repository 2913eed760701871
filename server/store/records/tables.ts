import type { LinkState } from '@stillwatch/contract/api/gateways.ts'
import type { DeviceKind } from '@stillwatch/contract/device.ts'
import type { HealthState } from '@stillwatch/contract/health.ts'
import type { Role } from '@stillwatch/contract/roles.ts'
import type { Actor, TicketEventKind, TicketState } from '@stillwatch/contract/ticket.ts'
import type { Generated, GeneratedAlways } from 'kysely'

/** The tables as Kysely sees them; `migrations/` says what each column means. Integers are JavaScript numbers, booleans are 0 or 1. */
export interface Tables {
  meta: { key: string; value: string }
  tenant: { id: string; name: string }
  site: { id: string; tenant_id: string; number: number; name: string; time_zone: string; created_at: number }
  account: {
    id: string
    tenant_id: string
    username: string
    password_hash: string
    name: string
    role: Role
    language: 'en' | 'zh-CN'
    disabled: Generated<number>
    created_at: number
  }
  account_site: { account_id: string; site_id: string }
  session: { token_hash: string; account_id: string; created_at: number; expires_at: number }
  gateway: GatewayTable
  enrolment_code: {
    code_hash: string
    gateway_id: string
    expires_at: number
    used_at: number | null
    used_secret_hash: string | null
    applied_before: string | null
  }
  device: DeviceTable
  depends_on: { device_id: string; ancestor_id: string }
  assignment: { device_id: string; gateway_id: string; from_version: number; to_version: number | null }
  device_state: {
    device_id: string
    state: HealthState
    since: number
    reason: string
    restarted_watched: number | null
    limit_tracks: Generated<string>
  }
  device_fact: { device_id: string; name: string; value: string; since: number; until: number | null }
  timeline: { id: Generated<number>; device_id: string; at: number; kind: string; code: string; text: string }
  condition: ConditionTable
  ticket: TicketTable
  ticket_event: {
    ticket_id: string
    seq: number
    at: number
    kind: TicketEventKind
    actor: Actor
    by_account: string | null
    from_state: TicketState | null
    to_state: TicketState | null
    text: string
    sentence: string | null
  }
  ticket_affected: { ticket_id: string; device_id: string; name: string; since: number; until: number | null }
  outgoing: {
    id: Generated<number>
    kind: 'live' | 'notice'
    topic: string
    subject_id: string
    body: string
    created_at: number
  }
  journal: {
    id: Generated<number>
    gateway_id: string
    kind: string
    epoch: number
    seq: number
    received_at: number
    body: Uint8Array
  }
  gateway_checkpoint: { gateway_id: string; upto: number; state: Uint8Array }
  quarantine: {
    id: Generated<number>
    gateway_id: string
    epoch: number
    seq: number
    at: number
    reason: string
    body: Uint8Array
  }
  device_view: DeviceTable & {
    state: HealthState
    state_since: number
    reason: string
    open_conditions: number
  }
}

export interface GatewayTable {
  id: string
  tenant_id: string
  site_id: string
  name: string
  secret_hash: string | null
  public_key: string | null
  epoch: Generated<number>
  last_applied: Generated<number>
  last_hash: string | null
  link: Generated<LinkState>
  link_since: number | null
  config_version: Generated<number>
  applied_generation: number | null
  applied_version: number | null
  software: string | null
  refused: Generated<string>
  created_at: number
}

export interface DeviceTable {
  id: string
  tenant_id: string
  site_id: string
  gateway_id: string
  name: string
  kind: DeviceKind
  profile: string | null
  address: string
  drivers_sealed: Uint8Array
  drivers_public: string
  listened_only: number
  interval_s: number
  silence_window_s: number
  recovery_hold_s: number | null
  limits: Generated<string>
  created_at: number
}

export interface ConditionTable {
  id: string
  subject_id: string
  code: string
  level: number
  since: number
  recovered_at: number | null
  clears_watched: number | null
  until: number | null
  evidence: string
  ticket_id: string | null
}

export interface TicketTable {
  id: string
  tenant_id: string
  number: number
  dedup_key: string
  title: string
  title_sentence: string
  cause: string
  level: number
  state: TicketState
  site_id: string
  device_id: string | null
  gateway_id: string | null
  subject: string
  fault_since: number
  opened_at: number
  updated_at: number
  resolved_at: number | null
  resolves_itself_at: number | null
  list_rank: GeneratedAlways<number>
}
