import type { Clock } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import type { Identity } from '../enrol/identity.ts'
import type { Ledger } from '../spool/ledger.ts'
import { Beats } from './beats.ts'
import { Link } from './link.ts'
import { Session, type SessionOptions } from './session.ts'

export interface UplinkOptions
  extends Pick<SessionOptions, 'configVersion' | 'config' | 'ask' | 'batchesRefused' | 'software'> {
  identity: Identity
  ledger: Ledger
  clock: Clock
  log: Logger
  promote: () => void
}

/** To the server and back: the connection, the conversation over it, and the watermark between batches. */
export class Uplink {
  readonly #link: Link
  readonly #session: Session
  readonly #beats: Beats

  constructor(options: UplinkOptions) {
    const { identity, ledger, clock, log, promote } = options
    const { gatewayId, secret, mqttUrl: url, trust } = identity
    this.#link = new Link({
      url,
      gatewayId,
      secret,
      ...(trust && { trust }),
      log,
      opened: () => this.#session.opened(),
      closed: () => this.#session.closed(),
      drained: () => this.#session.drained(),
      received: (leaf, body) => this.#session.received(leaf, body),
    })
    this.#session = new Session({
      ...options,
      gatewayId,
      spool: ledger.spool,
      wire: this.#link,
      serverTime: (time) => ledger.serverSaid(time),
      adopt: (epoch) => ledger.adopt(epoch),
      allSent: () => this.#beats.allSent(),
    })
    const { spans, watermark, window } = ledger
    this.#beats = new Beats({ clock, spans, watermark, window, session: this.#session, promote })
  }

  get state(): Session['state'] {
    return this.#session.state
  }

  get refusal(): Session['refusal'] {
    return this.#session.refusal
  }

  start(): void {
    this.#link.open()
    this.#beats.start()
  }

  /** There is something new in the spool. */
  send(): void {
    this.#session.pump()
  }

  /** Moves the server's watermark to now. */
  vouch(): void {
    this.#beats.vouch()
  }

  async close(): Promise<void> {
    this.#beats.stop()
    this.#session.stop()
    await this.#link.close()
  }
}
