import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { FRAME_CAP_BYTES, UNAUTHENTICATED_FRAME_CAP_BYTES } from '@stillwatch/contract/road.ts'
import { type DownLeaf, downFilter, downTopic, parseUpTopic, type Up } from '@stillwatch/contract/topics.ts'
import { Aedes, type AedesOptions, type AuthenticateError, type Client } from 'aedes'
import type { Logger } from 'pino'
import { FrameGuard } from './frame-guard.ts'

/** MQTT adds a topic and a few bytes to a body. */
const FRAME_OVERHEAD_BYTES = 512
const MAX_CONNECTIONS_PER_ADDRESS = 200

export interface BrokerHandlers {
  /** Whether this gateway id goes with this secret. */
  authenticate(gatewayId: string, secret: Buffer): boolean
  onMessage(gatewayId: string, up: Up, body: Uint8Array): void
  /** The connection ended; `gone` when it broke without a goodbye and the last will spoke. */
  onEnd(gatewayId: string, gone: boolean): void
  /** Somebody was refused at the door, for the metrics. */
  onRefused(why: string): void
}

export interface RoadBroker {
  listen(port: number, host: string): Promise<number>
  send(gatewayId: string, leaf: DownLeaf, body: Uint8Array): void
  /** Ends a gateway's connection: its credentials are no longer valid. */
  kick(gatewayId: string): void
  close(): Promise<void>
}

const refusal = (returnCode: 4 | 5): AuthenticateError =>
  Object.assign(new Error('refused'), { returnCode }) as AuthenticateError

/** The server's end of the road: an MQTT broker in process that only enrolled gateways may enter, each confined to its own topics. */
export async function openBroker(
  handlers: BrokerHandlers,
  log: Logger,
  tls?: { cert: string; key: string },
): Promise<RoadBroker> {
  const clients = new Map<string, Client>()
  const guards = new WeakMap<object, FrameGuard>()
  const aedes = await Aedes.createBroker({
    connectTimeout: 10_000,
    maxClientsIdLength: 64,
    ...doorkeeper(handlers, guards),
  })
  aedes.on('client', (client: Client) => clients.set(client.id, client))
  aedes.on('clientDisconnect', (client: Client) => {
    if (clients.get(client.id) !== client) return
    clients.delete(client.id)
    handlers.onEnd(client.id, false)
  })
  aedes.on('clientError', (client: Client, error: Error) =>
    log.debug({ gatewayId: client.id, error: error.message }, 'A gateway connection failed.'),
  )
  aedes.on('connectionError', (_client: Client, error: Error) =>
    log.debug({ error: error.message }, 'A connection failed before it was a gateway.'),
  )

  const accept = (socket: Socket): void => {
    socket.setNoDelay(true)
    const guard = new FrameGuard(socket, UNAUTHENTICATED_FRAME_CAP_BYTES, (why) =>
      handlers.onRefused(`frame_${why}`),
    )
    guards.set(guard, guard)
    guard.on('error', (error) => log.debug({ error: error.message }, 'A socket failed.'))
    aedes.handle(guard)
  }
  const listener: Server = tls ? createTlsServer(tls, accept) : createTcpServer(accept)
  listener.maxConnections = 20_000
  limitPerAddress(listener, () => handlers.onRefused('too_many_connections'))

  return {
    listen: (port, host) => listen(listener, port, host),
    send(gatewayId, leaf, body) {
      const payload = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
      clients
        .get(gatewayId)
        ?.publish(
          { cmd: 'publish', topic: downTopic(gatewayId, leaf), payload, qos: 0, retain: false, dup: false },
          () => undefined,
        )
    },
    kick: (gatewayId) => clients.get(gatewayId)?.close(),
    async close() {
      const stopped = new Promise<void>((resolve) => listener.close(() => resolve()))
      await new Promise<void>((resolve) => aedes.close(resolve))
      await stopped
    },
  }
}

/** What aedes asks before it lets anybody in, say something, or listen. */
function doorkeeper(
  handlers: BrokerHandlers,
  guards: WeakMap<object, FrameGuard>,
): Required<Pick<AedesOptions, 'authenticate' | 'authorizePublish' | 'authorizeSubscribe'>> {
  return {
    authenticate(client, username, password, done) {
      // The client id is the identity: otherwise one gateway could take another's place and fire its last will.
      const isGateway = username !== undefined && password !== undefined && client.id === username
      if (!isGateway || !handlers.authenticate(client.id, Buffer.from(password))) {
        handlers.onRefused('wrong_credentials')
        done(refusal(4), false)
        return
      }
      const guard = guards.get(client.conn)
      if (guard) guard.capBytes = FRAME_CAP_BYTES + FRAME_OVERHEAD_BYTES
      done(null, true)
    },
    authorizePublish(client, packet, done) {
      const up = client && !packet.retain ? parseUpTopic(client.id, packet.topic) : undefined
      if (!client || !up) {
        handlers.onRefused('wrong_topic')
        done(new Error('A gateway may publish on its own topics only, not retained.'))
        return
      }
      if (up.leaf === 'gone') handlers.onEnd(client.id, true)
      else handlers.onMessage(client.id, up, packet.payload as Buffer)
      done(null)
    },
    authorizeSubscribe(client, subscription, done) {
      const own = subscription.topic === downFilter(client.id)
      if (!own) handlers.onRefused('wrong_topic')
      done(null, own ? subscription : null)
    },
  }
}

function listen(listener: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once('error', reject)
    listener.listen(port, host, () => {
      listener.off('error', reject)
      resolve((listener.address() as AddressInfo).port)
    })
  })
}

function limitPerAddress(listener: Server, onRefused: () => void): void {
  const open = new Map<string, number>()
  listener.prependListener('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? ''
    const count = (open.get(address) ?? 0) + 1
    open.set(address, count)
    socket.once('close', () => {
      const left = (open.get(address) ?? 1) - 1
      if (left > 0) open.set(address, left)
      else open.delete(address)
    })
    if (count <= MAX_CONNECTIONS_PER_ADDRESS) return
    onRefused()
    socket.destroy()
  })
}
