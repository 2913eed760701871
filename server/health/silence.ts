import { MINUTE_MS } from '@stillwatch/contract/time.ts'
import { type DeviceHealth, deadlineWatched } from './device-health.ts'
import { type WatchClock, watchedOf } from './watch-clock.ts'

const LISTENING_AT_MOST_MS = 10 * MINUTE_MS

/**
 * Silent: watched for its window without a sign of life, and asked in vain (or listened to long enough) in the span that is running now.
 * The server's own clock has no say in it (road-protocol, section 4).
 */
export function isSilent(device: DeviceHealth, clock: WatchClock): boolean {
  if (!device.adopted) return false
  const watched = watchedOf(clock, device.setup.id)
  return watched >= deadlineWatched(device) && isConfirmed(device, clock, watched)
}

function isConfirmed(device: DeviceHealth, clock: WatchClock, watched: number): boolean {
  if (!device.setup.listenedOnly) return device.missAt !== null && device.missSpan === clock.spanIndex
  return (
    watched - Math.max(clock.base, device.listeningFrom) >=
    Math.min(device.setup.windowMs, LISTENING_AT_MOST_MS)
  )
}
