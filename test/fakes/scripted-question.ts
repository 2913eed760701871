import type { Deadline, Observation } from '../../gateway/drivers/driver.ts'
import type { Question } from '../../gateway/poll/due-check.ts'
import type { FakeClock } from './fake-clock.ts'

export const answer: Observation = { ok: true, alive: true, samples: { rtt_ms: 1 } }
export const refusal: Observation = { ok: false, alive: false, reason: 'connection_refused' }

/** How long a device takes for its next answer, and what it says; `never` is no answer at all. */
export type Behaviour = { afterMs: number; says: Observation } | 'never'

/** A device that answers as told and remembers when it was asked. */
export class ScriptedQuestion implements Question {
  readonly check: string
  /** Monotonic times. */
  readonly askedAt: number[] = []
  readonly probedAt: number[] = []
  /** The most checks that were ever open at once; what its deadline aborted is not open any more. */
  mostAtOnce = 0
  behaviour: () => Behaviour
  readonly #clock: FakeClock
  #open = 0

  constructor(clock: FakeClock, behaviour: () => Behaviour, check = 'snmp') {
    this.#clock = clock
    this.behaviour = behaviour
    this.check = check
  }

  ask(deadline: Deadline): Promise<Observation> {
    this.askedAt.push(this.#clock.monotonic())
    this.#open += 1
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#open)
    let open = true
    const close = () => {
      if (open) this.#open -= 1
      open = false
    }
    deadline.signal.addEventListener('abort', close, { once: true })
    return this.#answer(close)
  }

  probe(): Promise<Observation> {
    this.probedAt.push(this.#clock.monotonic())
    return this.#answer(() => undefined)
  }

  /** A device that never answers leaves the driver waiting for good: the worst a driver can do. */
  #answer(answered: () => void): Promise<Observation> {
    const behaviour = this.behaviour()
    return new Promise((resolve) => {
      if (behaviour === 'never') return
      this.#clock.timer(behaviour.afterMs, () => {
        answered()
        resolve(behaviour.says)
      })
    })
  }
}
