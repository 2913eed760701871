import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { EventEmitter } from 'node:events'
import type { Logger } from 'pino'
import { messageIdOf } from './message-id.ts'

/** Enough for the replies of a fleet that all answer at once; the kernel may grant less. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024
/** A device has one or two questions in flight; replies to older ones are late and of no use. */
const REMEMBERED_IDS = 32

type Sent = (error: Error | null, bytes?: number) => void
type Transport = 'udp4' | 'udp6'

/**
 * One UDP socket per address family for every device (docs/adr/010-one-snmp-socket.md).
 * net-snmp opens a socket per session; its `dgramModule` option is given a `Link` instead.
 * A reply reaches a session only when it comes from the device's own address and port and carries the id of
 * a question that session asked: a stray, spoofed or late datagram never gets near the parser of another device.
 */
export class SharedSocket {
  readonly #log: Logger
  readonly #sockets = new Map<Transport, Socket>()
  readonly #links = new Map<string, Set<Link>>()

  constructor(log: Logger) {
    this.#log = log
  }

  /** What net-snmp takes for a socket of its own; `address` is an IP address. */
  link(address: string, port: number): Link {
    const key = routeKey(address, port)
    const links = this.#links.get(key) ?? new Set()
    this.#links.set(key, links)
    const link: Link = new Link(
      (bytes, sent) => this.#send(bytes, port, address, sent),
      () => {
        links.delete(link)
        if (links.size === 0 && this.#links.get(key) === links) this.#links.delete(key)
      },
    )
    links.add(link)
    return link
  }

  close(): void {
    for (const links of [...this.#links.values()]) for (const link of [...links]) link.close()
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }

  #send(bytes: Buffer, port: number, address: string, sent: Sent): void {
    this.#socketFor(isV6(address) ? 'udp6' : 'udp4').send(bytes, port, address, sent)
  }

  #socketFor(type: Transport): Socket {
    const known = this.#sockets.get(type)
    if (known) return known
    const socket = createSocket({
      type,
      recvBufferSize: RECEIVE_BUFFER_BYTES,
      // Every address is an IP address by now: a look-up here could only cost time.
      lookup: (host, _options, found) => found(null, host, type === 'udp6' ? 6 : 4),
    })
    socket.unref()
    socket.on('message', (bytes, from) => this.#receive(bytes, from))
    socket.on('error', (error) => {
      this.#log.error(
        { err: error, type },
        'the SNMP socket failed; a new one is opened for the next question',
      )
      this.#sockets.delete(type)
      socket.close()
    })
    this.#sockets.set(type, socket)
    return socket
  }

  #receive(bytes: Buffer, from: RemoteInfo): void {
    const links = this.#links.get(routeKey(from.address, from.port))
    const id = links && messageIdOf(bytes)
    if (links === undefined || id === undefined) return
    for (const link of links) {
      if (!link.asked(id)) continue
      link.deliver(bytes)
      return
    }
  }
}

/** Of two kinds of IP address only one has colons; this runs for every datagram. */
const isV6 = (address: string) => address.includes(':')

function routeKey(address: string, port: number): string {
  return `${isV6(address) ? canonicalIpv6(address) : address}|${port}`
}

/** `::0001` and `::1` are one address; the kernel names the sender in the short form. */
function canonicalIpv6(address: string): string {
  const [bare = address, zone] = address.split('%')
  const short = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  return zone === undefined ? short : `${short}%${zone}`
}

/** The part of a dgram socket that a net-snmp session uses. */
export class Link extends EventEmitter {
  readonly #transmit: (bytes: Buffer, sent: Sent) => void
  readonly #leave: () => void
  readonly #ids: number[] = []
  #closed = false

  constructor(transmit: (bytes: Buffer, sent: Sent) => void, leave: () => void) {
    super()
    this.#transmit = transmit
    this.#leave = leave
  }

  /** Same parameters as dgram; net-snmp always sends whole buffers to the address this link was made for. */
  send(bytes: Buffer, _offset: number, _length: number, _port: number, _host: string, sent: Sent): void {
    if (this.#closed) {
      sent(new Error('the link is closed'))
      return
    }
    const id = messageIdOf(bytes)
    if (id !== undefined) {
      this.#ids.push(id)
      if (this.#ids.length > REMEMBERED_IDS) this.#ids.shift()
    }
    this.#transmit(bytes, sent)
  }

  asked(id: number): boolean {
    return this.#ids.includes(id)
  }

  /** net-snmp can throw out of its message handler (a signed reply to an unsigned question): that must stay inside this device. */
  deliver(bytes: Buffer): void {
    try {
      this.emit('message', bytes)
    } catch {
      this.emit('unreadable')
    }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#leave()
    this.emit('close')
  }

  /** The shared socket never keeps the process alive, so there is nothing to hold or let go per session. */
  ref(): void {}
  unref(): void {}
}
