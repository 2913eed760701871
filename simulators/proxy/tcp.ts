import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import {
  conditionsOf,
  Delays,
  garbled,
  LOOPBACK,
  type NetworkProxy,
  type ProxyOptions,
} from './conditions.ts'

export async function startTcpProxy(options: ProxyOptions): Promise<NetworkProxy> {
  const { to, port = 0 } = options
  const conditions = conditionsOf(options)
  const delays = new Delays()
  const open = new Set<Socket>()

  const carry = (from: Socket, into: Socket, spoils: boolean) => {
    open.add(from)
    from.on('data', (bytes) => {
      if (conditions.mode === 'swallow') return
      const carried = spoils && conditions.mode === 'garbage' ? garbled(bytes) : bytes
      delays.after(conditions.delayMs, () => void (into.writable && into.write(carried)))
    })
    from.on('error', () => {})
    from.on('close', () => {
      open.delete(from)
      // Half-open means that the other side never learns of it.
      if (conditions.mode !== 'swallow') delays.after(conditions.delayMs, () => into.destroy())
    })
  }

  const cut = () => {
    for (const socket of open) socket.resetAndDestroy()
  }

  const server = createServer((asker) => {
    if (conditions.mode === 'cut') {
      asker.resetAndDestroy()
      return
    }
    const device = connect(to.port, to.host ?? LOOPBACK)
    carry(asker, device, false)
    carry(device, asker, true)
  })
  server.listen(port, LOOPBACK)
  await once(server, 'listening')

  return {
    port: (server.address() as AddressInfo).port,
    set(changed) {
      Object.assign(conditions, changed)
      if (changed.mode === 'cut') cut()
    },
    async close() {
      delays.clear()
      const closed = once(server, 'close')
      server.close()
      for (const socket of open) socket.destroy()
      await closed
    },
  }
}
