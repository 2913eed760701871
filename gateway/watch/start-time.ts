/** What is on the disk about time when a process starts. */
export interface RememberedTime {
  /** The latest event time anybody was told of, UTC ms; 0 when there is none. */
  time: number
  /** Which boot of the machine the offset was learnt in. */
  bootId?: string
  /** How far the machine's clock was ahead of the server's. */
  offsetMs?: number
}

/** A clock this little behind what was already told is only slewed time that was lost with the process. */
const TOLERANCE_MS = 2_000

/**
 * Where event time starts. In the same boot the offset learnt from the server still holds. A machine whose clock lies before what
 * was already told has lost its time (no battery, no network yet): it goes on from there, and nobody may trust it.
 */
export function startTime(
  wall: number,
  bootId: string | undefined,
  known: RememberedTime,
): { time: number; trusted: boolean } {
  const sameBoot = bootId !== undefined && bootId === known.bootId
  const time = wall - (sameBoot ? (known.offsetMs ?? 0) : 0)
  return { time: Math.max(Math.floor(time), known.time + 1), trusted: time >= known.time - TOLERANCE_MS }
}
