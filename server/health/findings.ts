import type { BatchEntry, CheckResult } from '@stillwatch/contract/road.ts'
import { missParams } from '@stillwatch/contract/sentences/miss.ts'
import { say } from '@stillwatch/contract/sentences.ts'
import { beginRecovery, raise } from './conditions.ts'
import type { CheckTrack, DeviceHealth, LimitTrack } from './device-health.ts'
import type { Draft } from './fleet.ts'
import type { GatewayHealth } from './gateway-health.ts'
import { judgeLimit } from './limits.ts'
import { watchedAt } from './watch-clock.ts'

interface Bench {
  draft: Draft
  newId: () => string
}

/** A device that lives but answers one of its checks badly: refused credentials at once, other failures after a whole window of them. */
export function judgeChecks(
  bench: Bench,
  gateway: GatewayHealth,
  device: DeviceHealth,
  entry: BatchEntry,
): void {
  for (const check of entry.checks ?? []) {
    const track = device.checks.find((candidate) => candidate.last.check === check.check)
    if (check.check === 'probe' || track?.last !== check) continue
    if (check.ok) endCheckFindings(bench, gateway, device, check)
    else raiseCheckFinding(bench, gateway, device, track)
  }
}

const refusedCode = (check: string): string => `credentials_refused.${check}`
const failedCode = (check: string): string => `check_failed.${check}`

function raiseCheckFinding(
  bench: Bench,
  gateway: GatewayHealth,
  device: DeviceHealth,
  track: CheckTrack,
): void {
  const { last } = track
  const evidence = say('evidence.missed', missParams(last))
  if (last.reason === 'credentials_refused') {
    raise(
      bench.draft,
      device.setup.id,
      device,
      { code: refusedCode(last.check), since: track.failingSince ?? last.at, evidence },
      bench.newId,
    )
    return
  }
  const failingMs = watchedAt(gateway.clock, last.at) - track.failingWatched
  const aliveMeanwhile = device.evidenceAt !== null && device.evidenceWatched > track.failingWatched
  // A device that cannot be watched as it is set up never gives a sign of life and is never asked in vain: nothing else would tell.
  const cannotBeWatched = last.reason === 'unsupported'
  if (!(aliveMeanwhile || cannotBeWatched) || failingMs < device.setup.windowMs) return
  raise(
    bench.draft,
    device.setup.id,
    device,
    { code: failedCode(last.check), since: track.failingSince ?? last.at, evidence },
    bench.newId,
  )
}

function endCheckFindings(
  bench: Bench,
  gateway: GatewayHealth,
  device: DeviceHealth,
  check: CheckResult,
): void {
  const clears = watchedAt(gateway.clock, check.at) + device.setup.recoveryHoldMs
  for (const code of [refusedCode(check.check), failedCode(check.check)]) {
    beginRecovery(bench.draft, device.setup.id, device, code, check.at, clears)
  }
}

export function judgeSamples(
  bench: Bench,
  gateway: GatewayHealth,
  device: DeviceHealth,
  entry: BatchEntry,
): void {
  if (!entry.samples) return
  for (const limit of device.setup.limits) {
    const value = entry.samples[limit.metric]
    if (value === undefined) continue
    const active = device.conditions.get(limit.code)
    const before = device.limitTracks.find((track) => track.code === limit.code)
    const verdict = judgeLimit(
      limit,
      active !== undefined && active.recoveredAt === null,
      before,
      entry.t,
      value,
    )
    if ((before?.crossedAt ?? null) !== verdict.track.crossedAt) {
      device.limitTracks = withTrack(device.limitTracks, verdict.track)
      bench.draft.verdicts.add(device.setup.id)
    }
    const since = verdict.since ?? entry.t
    if (verdict.turns === 'active') {
      const evidence = say('evidence.limit', { metric: limit.metric, value })
      const level = (limit.level ?? 3) as 1 | 2 | 3 | 4
      raise(bench.draft, device.setup.id, device, { code: limit.code, level, since, evidence }, bench.newId)
    }
    if (verdict.turns === 'clear') {
      const clears = watchedAt(gateway.clock, entry.t)
      beginRecovery(bench.draft, device.setup.id, device, limit.code, since, clears)
    }
  }
}

const withTrack = (tracks: readonly LimitTrack[], track: LimitTrack): LimitTrack[] => [
  ...tracks.filter((other) => other.code !== track.code),
  track,
]
