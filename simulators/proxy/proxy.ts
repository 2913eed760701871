import type { NetworkProxy, ProxyOptions } from './conditions.ts'
import { startTcpProxy } from './tcp.ts'
import { startUdpProxy } from './udp.ts'

/** Stands between a gateway and a device, and spoils the network between them on command. */
export function startProxy(options: ProxyOptions): Promise<NetworkProxy> {
  return options.kind === 'udp' ? startUdpProxy(options) : startTcpProxy(options)
}
