import type { Clock } from '@stillwatch/contract/time.ts'
import type { Deadline, Observation } from '../drivers/driver.ts'
import { answerOf, askWithin, timedOut } from './ask-within.ts'

/** One thing a device can be asked. `check` names it in results. */
export interface Question {
  check: string
  ask(deadline: Deadline): Promise<Observation>
  /** The cheapest form of it; absent when no answer to it could prove life. */
  probe?(deadline: Deadline): Promise<Observation>
}

export interface Outcome {
  check: string
  observation: Observation
  tookMs: number
}

export interface DueCheckOptions {
  clock: Clock
  /** Asked one after the other: a weak device is never asked two things at once. */
  questions: readonly Question[]
  /** For all questions together. */
  deadlineMs: number
  /** Every answer, and every question that got none in time. A late answer comes after its miss and counts as evidence. */
  outcome: (outcome: Outcome) => void
  /** The check is carried out: everything was answered or missed. Called once, before `settled`. */
  decided: (alive: boolean) => void
  /** Nothing is in flight any more. */
  settled: () => void
}

/** One due check on its way: each question gets its answer, its miss, or its miss and a late answer. */
export class DueCheck {
  readonly #options: DueCheckOptions
  readonly #abort = new AbortController()
  #missNow: () => void = () => undefined
  #unanswered: () => Outcome[] = () => []
  #alive = false
  #decided = false

  constructor(options: DueCheckOptions) {
    this.#options = options
    void this.#run()
  }

  /** The device's own deadline has passed: what is unanswered now counts as missed, and nothing further is asked. */
  miss(): void {
    this.#missNow()
    this.#decide()
  }

  /** What has been asked and not answered so far, as it would be told if it were missed now. */
  unanswered(): Outcome[] {
    return this.#unanswered()
  }

  /** Nobody watched while this was in flight, or the device is gone: the check says nothing. Late answers are still told. */
  abandon(): void {
    this.#decided = true
    this.#missNow = () => undefined
    this.#unanswered = () => []
    this.#abort.abort()
  }

  async #run(): Promise<void> {
    const { questions, deadlineMs } = this.#options
    for (const question of questions) {
      if (this.#decided) break
      await this.#ask(question, deadlineMs / questions.length)
    }
    this.#decide()
    this.#options.settled()
  }

  #decide(): void {
    if (this.#decided) return
    this.#decided = true
    this.#options.decided(this.#alive)
  }

  #ask(question: Question, deadlineMs: number): Promise<void> {
    const { clock, outcome } = this.#options
    const startedAt = clock.monotonic()
    let waiting = true
    const elapsedMs = () => clock.monotonic() - startedAt
    const tell = (observation: Observation) => {
      waiting = false
      this.#alive ||= observation.alive
      outcome({ check: question.check, observation, tookMs: elapsedMs() })
    }
    const { signal, expired, cancel } = askWithin(clock, deadlineMs, this.#abort.signal)
    this.#missNow = () => {
      if (waiting) tell(timedOut(elapsedMs()))
    }
    this.#unanswered = () =>
      waiting ? [{ check: question.check, observation: timedOut(elapsedMs()), tookMs: elapsedMs() }] : []
    return new Promise((resolve) => {
      expired(() => {
        if (waiting && !this.#decided) tell(timedOut(deadlineMs))
        resolve()
      })
      void answerOf(() => question.ask({ ms: deadlineMs, signal })).then((observation) => {
        cancel()
        const late = !waiting || this.#decided
        if (!late || observation.alive) tell(observation)
        resolve()
      })
    })
  }
}
