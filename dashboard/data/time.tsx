import type { Clock } from '@stillwatch/contract/time.ts'
import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

/** Time as the server has it: ages must not depend on whether the clock of this computer is right. */
export interface ServerTime {
  clock: Clock
  now(): number
  /** The server said it is `now`, UTC ms. */
  heard(now: number): void
}

export function createServerTime(clock: Clock): ServerTime {
  let offsetMs = 0
  return {
    clock,
    now: () => clock.now() + offsetMs,
    heard: (now) => {
      offsetMs = now - clock.now()
    },
  }
}

const TimeContext = createContext<ServerTime | undefined>(undefined)

export const TimeProvider = ({ time, children }: { time: ServerTime; children: ReactNode }) => (
  <TimeContext value={time}>{children}</TimeContext>
)

export function useServerTime(): ServerTime {
  const time = useContext(TimeContext)
  if (!time) throw new Error('useServerTime needs a TimeProvider above it.')
  return time
}

/** The server's time, UTC ms; the component is drawn again every `everyMs`. */
export function useNow(everyMs = 1_000): number {
  const time = useServerTime()
  const [now, setNow] = useState(() => time.now())
  useEffect(() => {
    let cancel = () => {}
    const tick = () => {
      setNow(time.now())
      cancel = time.clock.timer(everyMs, tick)
    }
    tick()
    return () => cancel()
  }, [time, everyMs])
  return now
}
