import type { Clock } from '@stillwatch/contract/time.ts'

/** Milliseconds. */
const LEAST_WINDOW_MS = 5
const MOST_PER_GROUP = 512
/** Beyond this many waiting inputs a sender is not heard any more; its gateway keeps what it has and sends it again. */
const MOST_WAITING = 20_000

/**
 * Gathers what gateways send and hands it on in groups, one at a time: one commit serves many. The window follows the disk, so that a
 * slow one gets larger groups instead of a longer queue.
 */
export class GroupCommit<Input> {
  readonly #clock: Clock
  /** Commits one group. Never rejects: what cannot be committed ends the process. */
  readonly #commit: (inputs: readonly Input[]) => Promise<void>
  #waiting: Input[] = []
  #lastCommitMs = 0
  #running: Promise<void> | undefined
  #closed = false

  constructor(clock: Clock, commit: (inputs: readonly Input[]) => Promise<void>) {
    this.#clock = clock
    this.#commit = commit
  }

  get waiting(): number {
    return this.#waiting.length
  }

  /** False when the input was not taken. */
  add(input: Input): boolean {
    if (this.#closed || this.#waiting.length >= MOST_WAITING) return false
    this.#waiting.push(input)
    this.#running ??= this.#run()
    return true
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      await this.#window()
      const group = this.#waiting.splice(0, MOST_PER_GROUP)
      const started = this.#clock.monotonic()
      await this.#commit(group)
      this.#lastCommitMs = this.#clock.monotonic() - started
    }
    this.#running = undefined
  }

  #window(): Promise<void> {
    if (this.#closed || this.#waiting.length >= MOST_PER_GROUP) return Promise.resolve()
    const ms = Math.min(200, Math.max(LEAST_WINDOW_MS, 4 * this.#lastCommitMs))
    return new Promise((resolve) => this.#clock.timer(ms, resolve))
  }

  /** Commits what is waiting and takes nothing more. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }
}
