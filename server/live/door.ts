import type { Server as HttpServer, IncomingHttpHeaders } from 'node:http'
import type { BrowserToServer, ServerToBrowser } from '@stillwatch/contract/live.ts'
import { SECOND_MS } from '@stillwatch/contract/time.ts'
import { type DefaultEventsMap, Server, type Socket } from 'socket.io'
import { type LiveViewer, roomsOf } from './audience.ts'

export interface DoorDeps {
  server: HttpServer
  /** Whether a request comes from a page of ours, or from no page at all. */
  fromUs(headers: IncomingHttpHeaders): boolean
  /** The session token a connection brings along in its headers. */
  tokenOf(headers: IncomingHttpHeaders): string | null
  /** Who holds this token now; null when its session has ended. */
  viewerOf(token: string): Promise<LiveViewer | null>
  maxConnections?: number
  maxConnectionsPerAccount?: number
}

export interface Connection {
  token: string
  viewer: LiveViewer
  /** Packets not yet handed to the network, because it takes no more. */
  waiting: number
}
export type LiveServer = Server<BrowserToServer, ServerToBrowser, DefaultEventsMap, Connection>
export type LiveSocket = Socket<BrowserToServer, ServerToBrowser, DefaultEventsMap, Connection>

const MESSAGE_BYTES = 32 * 1024
const CONNECTIONS = 1_000
const CONNECTIONS_PER_ACCOUNT = 20

/** Lets signed-in people in at `/live`, each into their rooms, and only so many at once. */
export function openDoor(deps: DoorDeps): LiveServer {
  const io: LiveServer = new Server(deps.server, {
    path: '/live',
    serveClient: false,
    maxHttpBufferSize: MESSAGE_BYTES,
    connectTimeout: 10 * SECOND_MS,
    allowRequest: ({ url, headers }, answer) => {
      const isNew = !url?.includes('sid=')
      const isFull = isNew && io.engine.clientsCount >= (deps.maxConnections ?? CONNECTIONS)
      answer(null, !isFull && deps.fromUs(headers))
    },
  })
  io.use((socket, next) => {
    admit(io, socket, deps).then(
      () => next(),
      (refusal: Error) => next(refusal),
    )
  })
  io.on('connection', (socket) => {
    socket.join(roomsOf(socket.data.viewer))
    countWaiting(socket)
  })
  return io
}

async function admit(io: LiveServer, socket: LiveSocket, deps: DoorDeps): Promise<void> {
  const { auth, headers } = socket.handshake
  const token = typeof auth.token === 'string' ? auth.token : deps.tokenOf(headers)
  const viewer = token ? await deps.viewerOf(token) : null
  if (!token || !viewer) throw new Error('unauthenticated')
  const theirs = socketsOf(io).filter((other) => other.data.viewer.accountId === viewer.accountId)
  if (theirs.length >= (deps.maxConnectionsPerAccount ?? CONNECTIONS_PER_ACCOUNT))
    throw new Error('too_many_requests')
  socket.data = { token, viewer, waiting: 0 }
}

function countWaiting({ conn, data }: LiveSocket): void {
  conn.on('packetCreate', () => {
    data.waiting += 1
  })
  conn.on('flush', () => {
    data.waiting = 0
  })
}

/** Turns out those whose session has ended, or who may see something else by now: the latter come back into the right rooms. */
export async function recheck(sockets: readonly LiveSocket[], viewerOf: DoorDeps['viewerOf']): Promise<void> {
  for (const [token, theirs] of Map.groupBy(sockets, ({ data }) => data.token)) {
    const now = await viewerOf(token)
    for (const socket of theirs) if (!now || !sameRooms(now, socket.data.viewer)) turnOut(socket)
  }
}

const sameRooms = (a: LiveViewer, b: LiveViewer): boolean =>
  a.role === b.role && roomsOf(a).sort().join() === roomsOf(b).sort().join()

/** Closes the line without a word: a browser that is told goodbye would never come back. What still waits for it is dropped. */
export const turnOut = (socket: LiveSocket): void => socket.conn.close(true)

export const socketsOf = (io: LiveServer): LiveSocket[] => [...io.of('/').sockets.values()]
