import type { BatchEntry, CheckResult, DeviceEvent } from '@stillwatch/contract/road.ts'
import { factPattern, MAX_FACT_LENGTH, metricPattern } from '@stillwatch/contract/sample.ts'
import type { Outcome } from '../poll/due-check.ts'

const MAX_SAMPLES = 2_000
const MAX_FACTS = 200
const MAX_EVENTS = 64
const MAX_DETAIL = 300
const MAX_EVENT_FIELDS = 16
const metric = new RegExp(metricPattern)
const fact = new RegExp(factPattern)

/**
 * What is stored of one outcome. `t` is the time of its samples (strictly increasing per device), `at` when it was heard. Whatever
 * the server would refuse is left out here: a device must not be able to spoil a batch.
 */
export function toEntry(id: string, t: number, at: number, listened: boolean, outcome: Outcome): BatchEntry {
  const { observation } = outcome
  const samples = kept(observation.samples, MAX_SAMPLES, (name, value) =>
    metric.test(name) && Number.isFinite(value) ? value : undefined,
  )
  const facts = kept(observation.facts, MAX_FACTS, (name, value) =>
    fact.test(name) ? short(value) : undefined,
  )
  const events = (observation.events ?? []).slice(0, MAX_EVENTS).map((event) => cleanEvent(event, at))
  return {
    id,
    t,
    ...(observation.alive && { evidenceAt: at }),
    ...(samples && { samples }),
    ...(facts && { facts }),
    ...(events.length > 0 && { events }),
    // A message heard is no check; only what it says against the device is worth a line.
    ...((!listened || !observation.ok) && { checks: [toCheckResult(at, outcome)] }),
  }
}

export const toCheckResult = (at: number, { check, observation, tookMs }: Outcome): CheckResult => ({
  check,
  at,
  ok: observation.ok,
  tookMs: Math.max(0, Math.round(tookMs * 10) / 10),
  ...(!observation.ok && { reason: observation.reason ?? 'protocol_error' }),
  ...(observation.detail && { detail: observation.detail.slice(0, MAX_DETAIL) }),
})

const short = (value: string | boolean): string | boolean =>
  typeof value === 'string' ? value.slice(0, MAX_FACT_LENGTH) : value

function cleanEvent(event: DeviceEvent, at: number): DeviceEvent {
  const data = kept(event.data, MAX_EVENT_FIELDS, (name, value) => {
    if (name.length > 64) return undefined
    if (typeof value === 'string') return value.slice(0, MAX_FACT_LENGTH)
    return typeof value === 'boolean' || Number.isFinite(value) ? value : undefined
  })
  const when = Number.isSafeInteger(event.at) && event.at >= 0 ? event.at : at
  return { kind: event.kind.slice(0, 64) || 'event', at: when, ...(data && { data }) }
}

/** The first `most` entries that `keep` lets through; undefined when none is left. */
function kept<In, Out>(
  values: Readonly<Record<string, In>> | undefined,
  most: number,
  keep: (name: string, value: In) => Out | undefined,
): Record<string, Out> | undefined {
  const entries: [string, Out][] = []
  for (const [name, value] of Object.entries(values ?? {})) {
    if (entries.length >= most) break
    const out = keep(name, value)
    if (out !== undefined) entries.push([name, out])
  }
  return entries.length > 0 ? Object.fromEntries(entries) : undefined
}
