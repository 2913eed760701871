/** How a network behaves; changeable while traffic runs. */
export interface Conditions {
  /** Added in each direction. */
  delayMs: number
  /** Share of datagrams that are lost, in each direction; a TCP connection loses none. */
  lossRatio: number
  /**
   * `cut`: nothing gets through, TCP connections are reset and refused.
   * `swallow`: connections stay open but nothing arrives, as when a device loses its power (half-open).
   * `garbage`: what comes back is replaced by bytes that mean nothing.
   */
  mode: 'pass' | 'cut' | 'swallow' | 'garbage'
}

export interface ProxyOptions extends Partial<Conditions> {
  kind: 'udp' | 'tcp'
  to: { host?: string; port: number }
  /** 0 or absent: any free port. */
  port?: number
  /** Decides which datagrams are lost; a number in [0, 1). */
  random?: () => number
}

export interface NetworkProxy {
  readonly port: number
  set(conditions: Partial<Conditions>): void
  close(): Promise<void>
}

export const LOOPBACK = '127.0.0.1'

export function conditionsOf({ delayMs = 0, lossRatio = 0, mode = 'pass' }: Partial<Conditions>): Conditions {
  return { delayMs, lossRatio, mode }
}

/** The same length, none of the meaning. */
export function garbled(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, at) => byte ^ (0xa5 + at)))
}

/** Timers that all end with the proxy. */
export class Delays {
  readonly #timers = new Set<NodeJS.Timeout>()

  after(ms: number, run: () => void): void {
    if (ms <= 0) {
      run()
      return
    }
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      run()
    }, ms)
    this.#timers.add(timer)
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
  }
}
