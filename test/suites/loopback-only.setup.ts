import { Socket as UdpSocket } from 'node:dgram'
import { isIP, Socket } from 'node:net'

/**
 * No test may talk to anything but this machine: recordings name other people's addresses, and a typing error must not
 * reach them. Runs before every test file. The runner also takes the network away where it may; this works everywhere.
 */

/** Names under `.invalid` never exist (RFC 6761), so a test may ask for one to see what a failed look-up does. */
const isLoopback = (host: string): boolean => {
  if (isIP(host) === 4) return host.startsWith('127.') || host === '0.0.0.0'
  if (isIP(host) === 6) return /^(::1?|::ffff:127\..*)$/i.test(host)
  return /(^|\.)(localhost|invalid)\.?$/i.test(host)
}

const refuse = (host: string): never => {
  throw new Error(`A test tried to reach ${host}; tests talk to this machine only.`)
}

type Options = { host?: unknown; path?: unknown }

/** The host a `connect` call names, in any of its forms: (options), (port, host), (path), or net's own [options, callback]. */
function hostOf(args: readonly unknown[]): string {
  const first = Array.isArray(args[0]) ? args[0][0] : args[0]
  if (typeof first === 'object' && first !== null) {
    const { host, path } = first as Options
    return typeof path === 'string' || typeof host !== 'string' ? 'localhost' : host
  }
  return typeof args[1] === 'string' ? args[1] : 'localhost'
}

const connect = Socket.prototype.connect
Socket.prototype.connect = function guarded(this: Socket, ...args: unknown[]): Socket {
  const host = hostOf(args)
  if (!isLoopback(host)) refuse(host)
  return Reflect.apply(connect, this, args)
} as typeof connect

/** The address of `send` and `connect` of a UDP socket is their only text after the first parameter. */
const udpHostOf = (args: readonly unknown[]): string =>
  args.slice(1).find((one): one is string => typeof one === 'string') ?? 'localhost'

for (const method of ['send', 'connect'] as const) {
  const original = UdpSocket.prototype[method] as (...args: unknown[]) => unknown
  UdpSocket.prototype[method] = function guarded(this: UdpSocket, ...args: unknown[]): unknown {
    const host = udpHostOf(args)
    if (!isLoopback(host)) refuse(host)
    return Reflect.apply(original, this, args)
  } as never
}
