import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { Duplex, pipeline, Transform } from 'node:stream'
import { FrameMeter } from '@stillwatch/contract/frame-meter.ts'
import { UNAUTHENTICATED_FRAME_CAP_BYTES } from '@stillwatch/contract/road.ts'
import { SECOND_MS } from '@stillwatch/contract/time.ts'
import { Aedes, type AuthenticateError } from 'aedes'
import type { Logger } from 'pino'
import { MAX_PAYLOAD_BYTES } from './to-samples.ts'

/** A payload that is read at all, and a topic of any length. */
const FRAME_CAP_BYTES = MAX_PAYLOAD_BYTES + 64 * 1024
const MAX_CLIENTS = 1_000
const CONNECT_TIMEOUT_MS = 5 * SECOND_MS
const SLOW_READER_TIMEOUT_MS = 10 * SECOND_MS
const NOT_AUTHORIZED = 5

export interface OwnBrokerOptions {
  host: string
  /** 0: any free port. */
  port: number
  /** Without a user name everybody who can reach the port may publish: for networks that hold devices only. */
  username?: string
  password?: string
  maxClients?: number
  log: Logger
}

export interface OwnBroker {
  url: string
  close(): Promise<void>
}

/** The site broker a gateway can run itself, for sites that have none. MQTT 3.1.1; nothing is kept for absent subscribers. */
export async function startOwnBroker(options: OwnBrokerOptions): Promise<OwnBroker> {
  const caps = new WeakMap<Duplex, FrameCap>()
  const broker = await Aedes.createBroker({
    connectTimeout: CONNECT_TIMEOUT_MS,
    drainTimeout: SLOW_READER_TIMEOUT_MS,
    authenticate(client, username, password, done) {
      if (!mayEnter(options, username, password)) {
        done(Object.assign(new Error('refused'), { returnCode: NOT_AUTHORIZED }) as AuthenticateError, null)
        return
      }
      const cap = caps.get(client.conn)
      if (cap) cap.bytes = FRAME_CAP_BYTES
      done(null, true)
    },
    // aedes 1.2 stores a retained message first and drops it when a later one of the same read has overtaken it
    // meanwhile. One message per turn of the event loop keeps them in order.
    authorizePublish: (_client, packet, done) =>
      void setImmediate(done, packet.topic.startsWith('$') ? new Error('not a topic of a device') : null),
    // With QoS 0 there is no queue for a subscriber that went away: such queues live in memory and have no end.
    authorizeSubscribe: (_client, subscription, done) => done(null, { ...subscription, qos: 0 }),
  })
  const server = createServer((socket) => {
    const cap = { bytes: UNAUTHENTICATED_FRAME_CAP_BYTES }
    const guarded = withFrameCap(socket, cap)
    caps.set(guarded, cap)
    broker.handle(guarded)
  })
  server.maxConnections = options.maxClients ?? MAX_CLIENTS
  server.on('drop', () => options.log.warn({ maxClients: server.maxConnections }, 'the own broker is full'))
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const { address, family, port } = server.address() as AddressInfo
  return {
    url: `mqtt://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      await new Promise<void>((resolve) => broker.close(resolve))
      await closed
    },
  }
}

function mayEnter(
  { username, password }: OwnBrokerOptions,
  offeredName: string | undefined,
  offeredPassword: Buffer | undefined,
): boolean {
  if (username === undefined) return true
  const named = same(username, offeredName ?? '')
  return same(password ?? '', offeredPassword?.toString() ?? '') && named
}

/** Compared by digest, so that the time it takes says nothing about the secret. */
function same(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}

interface FrameCap {
  bytes: number
}

/** The socket as the MQTT parser sees it: cut off at the first frame over the cap, before the parser buffers any of it. */
function withFrameCap(socket: Socket, cap: FrameCap): Duplex {
  const meter = new FrameMeter()
  const inbound = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const wrong = meter.measure(chunk, cap.bytes)
      if (wrong) done(new Error(`frame ${wrong}`))
      else done(null, chunk)
    },
  })
  // The error itself is of no interest here: aedes sees it on the stream and says so.
  pipeline(socket, inbound, () => {})
  return Duplex.from({ readable: inbound, writable: socket })
}
