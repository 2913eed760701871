import type { BatchEntry, CheckReason, CheckResult } from '@stillwatch/contract/road.ts'
import type { CheckTrack, DeviceHealth } from './device-health.ts'
import { movedBy, type WatchClock, watchedAt } from './watch-clock.ts'

/** Reasons that say nothing came back from the device itself. */
const unansweredReasons: readonly CheckReason[] = [
  'timeout',
  'connection_refused',
  'host_unreachable',
  'name_not_found',
  'reported_offline',
]

const isUnanswered = (check: CheckResult): boolean =>
  !check.ok && check.reason !== undefined && unansweredReasons.includes(check.reason)

/**
 * Takes what one entry says about signs of life. The device is the caller's own copy; nothing else is touched, so that replaying the
 * journal rebuilds the same.
 */
export function foldEntry(device: DeviceHealth, entry: BatchEntry, clock: WatchClock): void {
  if (entry.evidenceAt !== undefined) foldEvidence(device, entry.evidenceAt, clock)
  for (const check of entry.checks ?? []) foldCheck(device, check, clock)
}

function foldEvidence(device: DeviceHealth, at: number, clock: WatchClock): void {
  device.evidenceWatched = Math.max(device.evidenceWatched, watchedAt(clock, at))
  device.evidenceAt = Math.max(device.evidenceAt ?? 0, at)
  device.missAt = null
  device.missCount = 0
  device.lastMiss = null
}

function foldCheck(device: DeviceHealth, check: CheckResult, clock: WatchClock): void {
  const watched = watchedAt(clock, check.at)
  device.checks = withCheck(device.checks, check, watched)
  if (!isUnanswered(check) || isNothingNew(device, check.check, watched)) return
  if (device.missAt === null) {
    device.missAt = check.at
    device.missWatched = watched
  }
  device.missCount += 1
  device.missSpan = clock.spanIndex
  device.lastMiss = check
}

/**
 * A miss that says nothing against the device: it has answered since, or this check was failing already when it last proved alive
 * through another one. The latter counts again once half its window has gone by, so that silence is still confirmed by it.
 */
function isNothingNew(device: DeviceHealth, check: string, watched: number): boolean {
  if (device.evidenceAt === null) return false
  const track = device.checks.find((candidate) => candidate.last.check === check)
  const livedMeanwhile = track !== undefined && track.failingWatched < device.evidenceWatched
  return (
    device.evidenceWatched > watched ||
    (livedMeanwhile && watched - device.evidenceWatched < device.setup.windowMs / 2)
  )
}

function withCheck(tracks: readonly CheckTrack[], check: CheckResult, watched: number): CheckTrack[] {
  const before = tracks.find((track) => track.last.check === check.check)
  const failing = before?.failingSince ?? null
  const track: CheckTrack = {
    last: check,
    failingSince: check.ok ? null : (failing ?? check.at),
    failingWatched: failing === null ? watched : (before?.failingWatched ?? watched),
  }
  return [...tracks.filter((other) => other.last.check !== check.check), track]
}

/** Time the clock counted although nobody watched this device: its stamps move on by it. `now` is the watched time at its end. */
export function skipUnwatched(device: DeviceHealth, unwatchedMs: number, now: number): void {
  device.evidenceWatched = movedBy(device.evidenceWatched, unwatchedMs, now)
  if (device.missAt !== null) device.missWatched = movedBy(device.missWatched, unwatchedMs, now)
  // Together with the evidence, or a check that has failed since before it would look as if the device had answered meanwhile.
  device.checks = device.checks.map((track) => ({
    ...track,
    failingWatched: movedBy(track.failingWatched, unwatchedMs, now),
  }))
}
