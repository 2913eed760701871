import type { CheckReason } from '@stillwatch/contract/road.ts'
import { type Clock, SECOND_MS } from '@stillwatch/contract/time.ts'
import type { Ear } from '../drivers/driver.ts'
import type { Outcome } from './due-check.ts'

/** One device to be listened to, through one driver. */
export interface Listening {
  deviceId: string
  check: string
  /** What the ear hangs on (a broker link, a port): ears on one link go deaf together. */
  link: string
  /** Nothing else tells of this device: while the ear is deaf nobody can say anything about it. */
  onlyEar: boolean
  listen: (ear: Ear) => () => void
}

/** A link that is only coming up, or comes back at once, is nobody's business; what it carries is held back from the first moment. */
const TOLD_AFTER_MS = 10 * SECOND_MS

export interface EarsOptions {
  clock: Clock
  outcome: (id: string, outcome: Outcome) => void
  deaf: (id: string) => void
  hears: (id: string) => void
  /** Once per link that stays deaf, however many devices hang on it. */
  linkDeaf: (link: string, reason: CheckReason, detail: string) => void
  linkHears: (link: string) => void
}

/** Listens to devices that speak for themselves and knows which of them cannot be heard. An ear is deaf until its driver says otherwise. */
export class Ears {
  readonly #options: EarsOptions
  readonly #stops = new Map<string, () => void>()
  readonly #deafOn = new Map<string, Set<string>>()
  readonly #announced = new Set<string>()
  /** Links that have just gone deaf: how to take the announcement back. */
  readonly #toAnnounce = new Map<string, () => void>()

  constructor(options: EarsOptions) {
    this.#options = options
  }

  get deafLinks(): string[] {
    return [...this.#announced]
  }

  /** Starts to listen; `stop` ends all listening to the device. */
  listen(listening: Listening): void {
    const { deviceId, check, link, onlyEar } = listening
    const key = `${deviceId} ${check}`
    this.#addDeaf(link, key)
    if (onlyEar) this.#options.deaf(deviceId)
    const stopListening = listening.listen({
      heard: (observation) => this.#options.outcome(deviceId, { check, observation, tookMs: 0 }),
      deaf: (reason, detail) => {
        this.#addDeaf(link, key)
        if (onlyEar) this.#options.deaf(deviceId)
        this.#announce(link, reason, detail)
      },
      hears: () => {
        this.#removeDeaf(link, key)
        if (onlyEar) this.#options.hears(deviceId)
      },
    })
    const stopOthers = this.#stops.get(deviceId)
    this.#stops.set(deviceId, () => {
      stopOthers?.()
      stopListening()
      this.#removeDeaf(link, key)
      this.#options.hears(deviceId)
    })
  }

  stop(deviceId: string): void {
    this.#stops.get(deviceId)?.()
    this.#stops.delete(deviceId)
  }

  stopAll(): void {
    for (const id of [...this.#stops.keys()]) this.stop(id)
  }

  #addDeaf(link: string, key: string): void {
    const deaf = this.#deafOn.get(link) ?? new Set()
    this.#deafOn.set(link, deaf.add(key))
  }

  #removeDeaf(link: string, key: string): void {
    const deaf = this.#deafOn.get(link)
    deaf?.delete(key)
    if (deaf?.size !== 0) return
    this.#deafOn.delete(link)
    this.#toAnnounce.get(link)?.()
    this.#toAnnounce.delete(link)
    if (this.#announced.delete(link)) this.#options.linkHears(link)
  }

  #announce(link: string, reason: CheckReason, detail: string): void {
    if (this.#announced.has(link) || this.#toAnnounce.has(link)) return
    const cancel = this.#options.clock.timer(TOLD_AFTER_MS, () => {
      this.#toAnnounce.delete(link)
      this.#announced.add(link)
      this.#options.linkDeaf(link, reason, detail)
    })
    this.#toAnnounce.set(link, cancel)
  }
}
