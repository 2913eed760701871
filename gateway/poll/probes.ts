import { type Clock, SECOND_MS } from '@stillwatch/contract/time.ts'
import type { Deadline, Observation } from '../drivers/driver.ts'
import { answerOf, askWithin, timedOut } from './ask-within.ts'
import type { Budget } from './budget.ts'
import type { Outcome } from './due-check.ts'

export type Probe = (deadline: Deadline) => Promise<Observation>

export interface ProbesOptions {
  clock: Clock
  budget: Budget
  /** The cheapest question a device can be asked; undefined when it cannot be asked at all. */
  probeOf: (id: string) => Probe | undefined
  outcome: (id: string, outcome: Outcome) => void
  /** A place in the budget is free again. */
  settled: () => void
}

/** At most one probe a second to one ancestor, however many of its children miss. */
const SPACING_MS = SECOND_MS
/** So many probes without an answer make an ancestor suspect enough (road-protocol, section 6). */
const TRIES = 3
const DEADLINE_MS = 2 * SECOND_MS

interface Probing {
  triesLeft: number
  inFlight: boolean
  lastAt: number
  cancel: () => void
}

/** Asks ancestors out of turn whether they live, because somebody behind them did not answer. */
export class Probes {
  readonly #options: ProbesOptions
  readonly #probing = new Map<string, Probing>()
  readonly #waiting = new Set<string>()

  constructor(options: ProbesOptions) {
    this.#options = options
  }

  /** Probes until an answer or three misses, from now on. */
  probe(id: string): void {
    const known = this.#probing.get(id)
    const probing = known ?? {
      triesLeft: 0,
      inFlight: false,
      lastAt: Number.NEGATIVE_INFINITY,
      cancel: () => undefined,
    }
    const idle = probing.triesLeft === 0 && !probing.inFlight
    probing.triesLeft = TRIES
    this.#probing.set(id, probing)
    if (idle) this.#schedule(id, probing)
  }

  remove(id: string): void {
    this.#probing.get(id)?.cancel()
    this.#probing.delete(id)
    this.#waiting.delete(id)
  }

  stop(): void {
    for (const id of [...this.#probing.keys()]) this.remove(id)
  }

  /** There may be room in the budget again. */
  roomAgain(): void {
    for (const id of this.#waiting) {
      if (!this.#options.budget.takeProbe()) return
      this.#waiting.delete(id)
      this.#start(id)
    }
  }

  #schedule(id: string, probing: Probing): void {
    const wait = probing.lastAt + SPACING_MS - this.#options.clock.monotonic()
    const go = () => {
      this.#waiting.add(id)
      this.roomAgain()
    }
    if (wait <= 0) go()
    else probing.cancel = this.#options.clock.timer(wait, go)
  }

  #start(id: string): void {
    const { clock, budget, outcome } = this.#options
    const probing = this.#probing.get(id)
    const probe = this.#options.probeOf(id)
    if (!probing || !probe) return budget.giveProbe()
    const startedAt = clock.monotonic()
    probing.lastAt = startedAt
    probing.inFlight = true
    probing.triesLeft -= 1
    const end = (alive: boolean) => {
      budget.giveProbe()
      probing.inFlight = false
      if (alive) probing.triesLeft = 0
      if (probing.triesLeft > 0 && this.#probing.get(id) === probing) this.#schedule(id, probing)
      this.#options.settled()
    }
    ask(clock, probe, (observation, settles) => {
      const known = this.#probing.get(id) === probing
      if (known) outcome(id, { check: 'probe', observation, tookMs: clock.monotonic() - startedAt })
      if (settles) end(observation.alive)
    })
  }
}

/** Asks once; tells the answer, or the miss and then perhaps a late answer. The first telling settles the probe. */
function ask(clock: Clock, probe: Probe, tell: (observation: Observation, settles: boolean) => void): void {
  const { signal, expired, cancel } = askWithin(clock, DEADLINE_MS)
  let waiting = true
  expired(() => {
    waiting = false
    tell(timedOut(DEADLINE_MS), true)
  })
  void answerOf(() => probe({ ms: DEADLINE_MS, signal })).then((observation) => {
    cancel()
    if (waiting || observation.alive) tell(observation, waiting)
  })
}
