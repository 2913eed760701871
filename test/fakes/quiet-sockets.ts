import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { turns } from './eventually.ts'

/**
 * Knows whether anything is on its way between two TCP sockets of this process: what one end has written and the other has not read.
 * With time held still this is the only way to tell that everybody has heard everything. Counts sockets opened after it was imported.
 */
const open = new Set<Socket>()

const watch = (message: unknown): void => {
  const { socket } = message as { socket: Socket }
  open.add(socket)
  socket.once('close', () => open.delete(socket))
}
subscribe('net.client.socket', watch)
subscribe('net.server.socket', watch)

const ends = (local: number | undefined, remote: number | undefined): string => `${local}>${remote}`

function isAnythingOnItsWay(): boolean {
  const byEnds = new Map<string, Socket>()
  for (const socket of open) {
    if (socket.connecting) return true
    byEnds.set(ends(socket.localPort, socket.remotePort), socket)
  }
  for (const socket of open) {
    const peer = byEnds.get(ends(socket.remotePort, socket.localPort))
    if (!peer || socket.bytesWritten !== peer.bytesRead) return true
  }
  return false
}

const WITHIN_MS = 20_000
/** What was read still has to go through a parser and what waits behind it. */
const QUIET_LOOKS = 3

/** Resolves when everything that was written to a socket of this process has been read, and what followed from it, too. */
export async function socketsAreQuiet(): Promise<void> {
  const giveUpAt = performance.now() + WITHIN_MS
  for (let quiet = 0; quiet < QUIET_LOOKS; ) {
    await turns(2)
    quiet = isAnythingOnItsWay() ? 0 : quiet + 1
    if (performance.now() > giveUpAt) throw new Error('The sockets of this process never came to rest.')
  }
}
