import type { BrowserToServer, ServerToBrowser } from '@stillwatch/contract/live.ts'
import pino from 'pino'
import { io, type Socket } from 'socket.io-client'
import { onTestFinished } from 'vitest'
import { liveRoutes } from '../../../server/live/routes.ts'
import { publicOrigin } from '../api-under-test.ts'
import { devicesUnderTest } from '../devices/devices-under-test.ts'

type Browser = Socket<ServerToBrowser, BrowserToServer>
type EventName = keyof ServerToBrowser
type Arrived<E extends EventName> = Parameters<ServerToBrowser[E]>[0]

export interface Connect {
  token?: string
  headers?: Record<string, string>
  transports?: string[]
}

/** The live push on a real port, and browsers for it. */
export async function liveUnderTest() {
  const api = await devicesUnderTest()
  const { app, records, clock, health } = api
  const live = liveRoutes(app, { records, clock, health, log: pino({ level: 'silent' }), publicOrigin })
  onTestFinished(() => live.close())
  await app.listen({ host: '127.0.0.1', port: 0 })
  const address = app.server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`

  const dial = ({ token, headers = {}, transports = ['websocket'] }: Connect): Browser => {
    const browser: Browser = io(url, {
      path: '/live',
      transports,
      forceNew: true,
      reconnection: false,
      extraHeaders: headers,
      ...(token === undefined ? {} : { auth: { token } }),
    })
    onTestFinished(() => void browser.disconnect())
    return browser
  }

  /** Waits until the server lets the browser in. */
  const connect = async (how: Connect) => {
    const browser = dial(how)
    const heard: [EventName, unknown][] = []
    browser.onAny((event: EventName, value: unknown) => void heard.push([event, value]))
    await new Promise<void>((resolve, reject) => {
      browser.once('time', () => resolve())
      browser.once('connect_error', reject)
    })
    heard.length = 0
    return {
      browser,
      heard,
      next: async <E extends EventName>(event: E): Promise<Arrived<E>> => {
        const earlier = heard.find(([name]) => name === event)
        if (earlier) return earlier[1] as Arrived<E>
        return new Promise((resolve) => browser.once(event, ((value: Arrived<E>) => resolve(value)) as never))
      },
      /** Waits until an event has come at least so often. */
      heardTimes: (event: EventName, times: number) =>
        new Promise<void>((resolve) => {
          const look = () => {
            if (heard.filter(([name]) => name === event).length < times) return
            browser.offAny(look)
            resolve()
          }
          browser.onAny(look)
          look()
        }),
      gone: () => new Promise<string>((resolve) => browser.once('disconnect', (reason) => resolve(reason))),
    }
  }
  const refused = (how: Connect) =>
    new Promise<string>((resolve, reject) => {
      const browser = dial(how)
      browser.once('connect_error', (error) => resolve(error.message))
      browser.once('connect', () => reject(new Error('It was let in.')))
    })

  return { ...api, live, connect, refused }
}
