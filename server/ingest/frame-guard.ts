import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { FrameMeter } from '@stillwatch/contract/frame-meter.ts'

/**
 * Stands between a socket and the MQTT parser and ends the connection at the first frame over its cap, before the parser buffers it:
 * aedes by itself would take 100 MB from somebody who has not even signed in.
 */
export class FrameGuard extends Duplex {
  readonly #socket: Socket
  readonly #meter = new FrameMeter()
  /** Raised once the client has authenticated. */
  capBytes: number

  constructor(socket: Socket, capBytes: number, onRefused: (why: string) => void) {
    super({ allowHalfOpen: false })
    this.#socket = socket
    this.capBytes = capBytes
    socket.on('data', (chunk: Buffer) => {
      const wrong = this.#meter.measure(chunk, this.capBytes)
      if (wrong) {
        onRefused(wrong)
        this.destroy()
        return
      }
      if (!this.push(chunk)) socket.pause()
    })
    socket.on('end', () => this.push(null))
    socket.on('close', () => this.destroy())
    socket.on('error', (error) => this.destroy(error))
  }

  override _read(): void {
    this.#socket.resume()
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    if (this.#socket.write(chunk, encoding)) done()
    else this.#socket.once('drain', () => done())
  }

  override _final(done: () => void): void {
    this.#socket.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket.destroy()
    done(error)
  }
}
