import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { type Clock, MINUTE_MS } from '@stillwatch/contract/time.ts'

const KEPT_MS = MINUTE_MS

/** Host name → IP address, or undefined when there is no such name. Asked at most once a minute per name: look-ups share a few threads with the disk. */
export class Addresses {
  readonly #clock: Clock
  readonly #known = new Map<string, { at: number; address: Promise<string | undefined> }>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  resolve(host: string): Promise<string | undefined> | string {
    if (isIP(host) !== 0) return host
    const now = this.#clock.monotonic()
    const known = this.#known.get(host)
    if (known && now - known.at < KEPT_MS) return known.address
    const address = lookup(host).then(
      (found) => found.address,
      () => undefined,
    )
    this.#known.set(host, { at: now, address })
    return address
  }

  /** Names of devices that are gone must not pile up. */
  forget(host: string): void {
    this.#known.delete(host)
  }
}
