import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import { decodeRequest, encodeResponse, type Request } from '../../simulators/snmp/message.ts'

export interface UdpDevice {
  port: number
  /** Sends again whatever bytes, to whoever asked last. */
  send(bytes: Buffer): void
  /** Resolves with the next request that has not been waited for. */
  asked(): Promise<Buffer>
}

/** A device that answers a datagram with exactly the bytes it is told to, one datagram each. */
export async function udpDevice(replies: (request: Buffer) => readonly Buffer[]): Promise<UdpDevice> {
  const socket = createSocket('udp4')
  let last = { port: 0, address: '' }
  const seen: Buffer[] = []
  socket.on('message', (bytes, from) => {
    last = from
    seen.push(bytes)
    for (const reply of replies(bytes)) socket.send(reply, from.port, from.address)
    socket.emit('asked')
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  onTestFinished(() => new Promise<void>((closed) => socket.close(() => closed())))
  return {
    port: socket.address().port,
    send: (bytes) => socket.send(bytes, last.port, last.address),
    async asked() {
      while (seen.length === 0) await once(socket, 'asked')
      return seen.shift() as Buffer
    },
  }
}

/** A proper answer to a request: an uptime of `ticks` for every value asked for. */
export function uptimeReply(request: Buffer, ticks = 4_200, change: Partial<Request> = {}): Buffer {
  const decoded = decodeRequest(request)
  const value = Buffer.from([
    0x43,
    4,
    ticks >>> 24,
    (ticks >>> 16) & 0xff,
    (ticks >>> 8) & 0xff,
    ticks & 0xff,
  ])
  return encodeResponse(
    { ...decoded, ...change },
    { errorStatus: 0, errorIndex: 0, bindings: decoded.oids.map((oid) => [oid, value]) },
  )
}
