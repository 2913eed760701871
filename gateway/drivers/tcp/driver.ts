import { connect, type Socket } from 'node:net'
import type { TcpSettings } from '@stillwatch/contract/drivers/tcp.ts'
import type { AskedDriver, Deadline, Observation, OpenDriver, Target } from '../driver.ts'
import { refusalOf } from './refusal.ts'

/** Whether a port accepts connections, and how long it takes. The check is already the cheapest question there is. */
export const openTcp: OpenDriver<'tcp'> = ({ clock }): AskedDriver<TcpSettings> => {
  const open = new Set<Socket>()

  const ask = (target: Target<TcpSettings>, deadline: Deadline): Promise<Observation> =>
    new Promise((resolve) => {
      const { address, settings } = target
      const startedAt = clock.monotonic()
      const socket = connect({ host: address, port: settings.port })
      open.add(socket)
      const settle = (observation: Observation): void => {
        cancel()
        deadline.signal.removeEventListener('abort', giveUp)
        socket.destroy()
        open.delete(socket)
        resolve(observation)
      }
      const where = `port ${settings.port}`
      const giveUp = (): void => settle(refusalOf('ETIMEDOUT', where))
      const cancel = clock.timer(deadline.ms, giveUp)
      deadline.signal.addEventListener('abort', giveUp)
      // Stays attached after settling: a socket error nobody listens to ends the process.
      socket.on('error', (error: NodeJS.ErrnoException) => settle(refusalOf(error.code, where)))
      socket.once('connect', () => {
        const connectMs = Math.round((clock.monotonic() - startedAt) * 10) / 10
        settle({ ok: true, alive: true, samples: { connect_ms: connectMs } })
      })
    })

  return {
    mode: 'asked',
    check: ask,
    probe: ask,
    forget: () => undefined,
    async close() {
      for (const socket of open) socket.destroy()
    },
  }
}
