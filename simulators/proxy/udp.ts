import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import {
  conditionsOf,
  Delays,
  garbled,
  LOOPBACK,
  type NetworkProxy,
  type ProxyOptions,
} from './conditions.ts'

/** Each asker gets a socket of its own towards the device, so that replies find their way back. */
export async function startUdpProxy(options: ProxyOptions): Promise<NetworkProxy> {
  const { to, port = 0, random = Math.random } = options
  const conditions = conditionsOf(options)
  const delays = new Delays()
  const front = createSocket('udp4')
  const backs = new Map<string, Socket>()

  const carry = (bytes: Buffer, send: (bytes: Buffer) => void) => {
    if (conditions.mode === 'cut' || conditions.mode === 'swallow') return
    if (random() < conditions.lossRatio) return
    delays.after(conditions.delayMs, () => send(bytes))
  }

  const backFor = (address: string, askerPort: number): Socket => {
    const key = `${address}|${askerPort}`
    const known = backs.get(key)
    if (known) return known
    const back = createSocket('udp4')
    back.on('message', (bytes) =>
      carry(conditions.mode === 'garbage' ? garbled(bytes) : bytes, (carried) =>
        front.send(carried, askerPort, address),
      ),
    )
    backs.set(key, back)
    return back
  }

  front.on('message', (bytes, from) => {
    const back = backFor(from.address, from.port)
    carry(bytes, (carried) => back.send(carried, to.port, to.host ?? LOOPBACK))
  })
  front.bind(port, LOOPBACK)
  await once(front, 'listening')

  return {
    port: front.address().port,
    set: (changed) => void Object.assign(conditions, changed),
    async close() {
      delays.clear()
      const sockets = [front, ...backs.values()]
      await Promise.all(sockets.map((socket) => new Promise<void>((done) => socket.close(done))))
    },
  }
}
