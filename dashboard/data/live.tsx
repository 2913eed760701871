import type { DeviceSummary } from '@stillwatch/contract/api/devices.ts'
import type { BrowserToServer, ServerToBrowser } from '@stillwatch/contract/live.ts'
import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import { io, type Socket } from 'socket.io-client'
import type { Page } from './endpoints.ts'
import { dropFromPage, hasNewMetric, type LatestValue, patchPage, patchSeries } from './live-patches.ts'
import { type ServerTime, useServerTime } from './time.tsx'

type LiveSocket = Socket<ServerToBrowser, BrowserToServer>

export interface Live {
  connected: boolean
  /** Monotonic ms when the server last said anything. */
  heardAt: number | undefined
  watch(deviceIds: string[]): void
}

const LiveContext = createContext<Live>({ connected: false, heardAt: undefined, watch: () => {} })
export const useLive = (): Live => useContext(LiveContext)

/** While the line is down, the page asks by itself this often. */
const ASK_WHILE_DOWN_MS = 10_000
/** Lists are asked again at most this often after live events. */
const RELOAD_AFTER_MS = 1_000

/** Connects while a person is signed in, and keeps the query cache in step with what the server pushes. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const queryClient = useQueryClient()
  const time = useServerTime()
  const [connected, setConnected] = useState(false)
  const [heardAt, setHeardAt] = useState<number>()
  const [socket] = useState<LiveSocket>(() => io({ path: '/live', autoConnect: false }))

  useEffect(() => {
    const reload = createReloader(queryClient, time)
    socket.on('connect', () => {
      setConnected(true)
      // What was missed while the line was down is unknown: forget and ask again.
      void queryClient.invalidateQueries()
    })
    socket.on('disconnect', () => setConnected(false))
    // The session has ended, or is another person's now: whoever it is, the API knows.
    socket.on('connect_error', () => void queryClient.invalidateQueries({ queryKey: ['me'] }))
    socket.onAny(() => setHeardAt(time.clock.monotonic()))
    followEvents(socket, queryClient, time, reload)
    socket.connect()
    return () => {
      reload.cancel()
      socket.removeAllListeners().offAny().disconnect()
    }
  }, [socket, queryClient, time])

  useEffect(() => {
    if (connected) return
    let cancel = () => {}
    const again = () => {
      // Refused at the door, socket.io would not try again.
      if (!socket.active) socket.connect()
      void queryClient.invalidateQueries()
      cancel = time.clock.timer(ASK_WHILE_DOWN_MS, again)
    }
    cancel = time.clock.timer(ASK_WHILE_DOWN_MS, again)
    return () => cancel()
  }, [connected, socket, queryClient, time])

  const live = useMemo(
    () => ({ connected, heardAt, watch: (ids: string[]) => void socket.emit('watch', ids) }),
    [connected, heardAt, socket],
  )
  return <LiveContext value={live}>{children}</LiveContext>
}

function followEvents(socket: LiveSocket, cache: QueryClient, time: ServerTime, reload: Reloader): void {
  const patchLists = <T extends { id: string }>(kind: string, changed: T[]) =>
    cache.setQueriesData<Page<T>>({ queryKey: [kind, 'list'] }, (page) => page && patchPage(page, changed))

  socket.on('time', (now) => time.heard(now))
  socket.on('devices', (changed) => {
    patchLists<DeviceSummary>('devices', changed)
    for (const device of changed) {
      reload.soon(['devices', 'one', device.id])
      reload.soon(['devices', 'timeline', device.id])
    }
    for (const kind of ['devices', 'sites']) reload.soon([kind, 'list'])
    reload.soon(['overview'])
  })
  socket.on('devicesGone', (ids) => {
    cache.setQueriesData<Page<DeviceSummary>>(
      { queryKey: ['devices', 'list'] },
      (page) => page && dropFromPage(page, ids),
    )
    reload.soon(['overview'])
  })
  socket.on('tickets', (changed) => {
    patchLists('tickets', changed)
    for (const ticket of changed) reload.soon(['tickets', 'one', ticket.id])
    reload.soon(['tickets', 'list'])
    reload.soon(['overview'])
  })
  socket.on('gateways', (changed) => {
    patchLists('gateways', changed)
    for (const gateway of changed) cache.setQueryData(['gateways', 'one', gateway.id], gateway)
  })
  socket.on('samples', (values) => {
    for (const { deviceId, at, samples } of values) {
      const key = ['series', deviceId]
      const list = cache.getQueryData<{ items: LatestValue[] }>(key)
      if (!list) continue
      if (hasNewMetric(list, samples)) reload.soon(key)
      cache.setQueryData(key, patchSeries(list, at, samples))
    }
  })
}

interface Reloader {
  soon(queryKey: string[]): void
  cancel(): void
}

/** Gathers what live events made stale and asks once, so that a thousand events cost one request per open list. */
function createReloader(cache: QueryClient, time: ServerTime): Reloader {
  const stale = new Map<string, string[]>()
  let cancelTimer: (() => void) | undefined
  const run = () => {
    cancelTimer = undefined
    for (const queryKey of stale.values()) void cache.invalidateQueries({ queryKey })
    stale.clear()
  }
  return {
    soon(queryKey) {
      stale.set(queryKey.join('/'), queryKey)
      cancelTimer ??= time.clock.timer(RELOAD_AFTER_MS, run)
    },
    cancel: () => cancelTimer?.(),
  }
}
