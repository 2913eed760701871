import type { BatchEntry, CheckReason, CheckResult } from '@stillwatch/contract/road.ts'
import type { CheckTrack, DeviceHealth } from './device-health.ts'
import { type WatchClock, watchedAt } from './watch-clock.ts'

/** Reasons that say nothing came back from the device itself. */
const unansweredReasons: readonly CheckReason[] = [
  'timeout',
  'connection_refused',
  'host_unreachable',
  'name_not_found',
  'reported_offline',
]

export const isUnanswered = (check: CheckResult): boolean =>
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
  if (!isUnanswered(check)) return
  const answeredSince = device.evidenceAt !== null && device.evidenceWatched > watched
  if (answeredSince) return
  if (device.missAt === null) {
    device.missAt = check.at
    device.missWatched = watched
  }
  device.missCount += 1
  device.missSpan = clock.spanIndex
  device.lastMiss = check
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

/** Time the clock counted although nobody watched this device: its stamps move on by it. */
export function skipUnwatched(device: DeviceHealth, unwatchedMs: number): void {
  device.evidenceWatched += unwatchedMs
  if (device.missAt !== null) device.missWatched += unwatchedMs
}

/**
 * A deaf ear hears again: the time in between was not listened to. An asked device needs no such care: it is held back only until its
 * check has ended, and then the check speaks for the time.
 */
export function skipDeafness(device: DeviceHealth, deafSince: number, clock: WatchClock): void {
  const watchedThen = watchedAt(clock, deafSince)
  if (device.evidenceWatched <= watchedThen)
    skipUnwatched(device, watchedAt(clock, clock.through) - watchedThen)
}
