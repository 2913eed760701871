import { watchDefaults } from '@stillwatch/contract/health.ts'
import { type Clock, SECOND_MS } from '@stillwatch/contract/time.ts'
import { LONG_OUTAGE_MS, nextCheckAt, pollEveryMs } from './backoff.ts'
import { Budget } from './budget.ts'
import { DeadlineQueue } from './deadline-queue.ts'
import { DueCheck, type Outcome, type Question } from './due-check.ts'
import { type Probe, Probes } from './probes.ts'

/** A device as the poller sees it. Without questions it is only listened to. */
export interface PolledDevice {
  id: string
  intervalMs: number
  windowMs: number
  /** Ancestors to be probed, root first, when this device does not answer. */
  dependsOn: readonly string[]
  questions: readonly Question[]
}

export interface PollerOptions {
  clock: Clock
  /** Between 0 and 1: spreads the first checks over the interval. */
  random: () => number
  inFlightCap?: number
  /** A check fell due, at this monotonic time: from now on it is unfinished. */
  due: (id: string, at: number) => void
  outcome: (id: string, outcome: Outcome) => void
  /** The due check was carried out or is no longer due. */
  finished: (id: string) => void
}

const CHECK_DEADLINE_MS = 5 * SECOND_MS
const PROBED_MISSES = 1 + watchDefaults.recheckAfterS.length

interface Standing {
  device: PolledDevice
  gridAt: number
  dueAt?: number
  running?: DueCheck
  firstMissAt?: number
  misses: number
  longOutageChecks: number
  outcomes: Outcome[]
  waiting: ((outcomes: Outcome[]) => void)[]
}

/** Settings that this gateway cannot use say nothing about the device, and asking again sooner cannot help. */
const isMiss = ({ observation }: Outcome): boolean =>
  !observation.alive && observation.reason !== 'unsupported'

/** Decides when to ask whom, how many at once, and how often when nobody answers. */
export class Poller {
  readonly #options: PollerOptions
  readonly #clock: Clock
  readonly #budget: Budget
  readonly #queue: DeadlineQueue
  readonly #probes: Probes
  readonly #standings = new Map<string, Standing>()
  readonly #ready = new Set<string>()
  #latenessMs = 0

  constructor(options: PollerOptions) {
    this.#options = options
    this.#clock = options.clock
    this.#budget = new Budget(options.inFlightCap)
    this.#queue = new DeadlineQueue(
      options.clock,
      () => this.#clock.monotonic(),
      (id, at) => {
        this.#fallDue(id, at)
        this.#startReady()
      },
    )
    this.#probes = new Probes({
      clock: options.clock,
      budget: this.#budget,
      probeOf: (id) => this.#probeOf(id),
      outcome: (id, outcome) => this.#probed(id, outcome),
      settled: () => this.#roomAgain(),
    })
  }

  get inFlight(): number {
    return this.#budget.inFlight
  }

  /** The longest a check had to wait for its turn since this was last asked, milliseconds. */
  takeLatenessMs(): number {
    const lateness = this.#latenessMs
    this.#latenessMs = 0
    return lateness
  }

  /** Adds a device or takes its new settings. */
  set(device: PolledDevice): void {
    this.remove(device.id)
    const everyMs = pollEveryMs(device.intervalMs, device.windowMs)
    const gridAt = this.#clock.monotonic() + this.#options.random() * everyMs
    this.#standings.set(device.id, {
      device,
      gridAt,
      misses: 0,
      longOutageChecks: 0,
      outcomes: [],
      waiting: [],
    })
    if (device.questions.length > 0) this.#queue.set(device.id, gridAt)
  }

  remove(id: string): void {
    const standing = this.#standings.get(id)
    if (!standing) return
    this.#standings.delete(id)
    this.#queue.delete(id)
    this.#ready.delete(id)
    this.#probes.remove(id)
    standing.running?.abandon()
    this.#options.finished(id)
    for (const tell of standing.waiting) tell(standing.outcomes)
  }

  /** Declares everything due that is due by now, even when the timer is late: nobody may vouch past it. */
  promote(): void {
    this.#queue.runDue()
  }

  /**
   * Asks a device out of turn, or joins the check under way. The deadline is the asker's own: the check goes on without it, and only the
   * answer says what was not answered by then.
   */
  askNow(id: string, deadlineMs: number): Promise<Outcome[]> | undefined {
    const standing = this.#standings.get(id)
    if (!standing || standing.device.questions.length === 0) return undefined
    this.#expedite(id)
    return new Promise((resolve) => {
      const cancel = this.#clock.timer(deadlineMs, () =>
        resolve([...standing.outcomes, ...(standing.running?.unanswered() ?? [])]),
      )
      standing.waiting.push((outcomes) => {
        cancel()
        resolve(outcomes)
      })
    })
  }

  /** The ancestors of a device are asked whether they live. */
  probeAncestors(id: string): void {
    for (const ancestor of this.#standings.get(id)?.device.dependsOn ?? []) {
      if (this.#probeOf(ancestor)) this.#probes.probe(ancestor)
    }
  }

  /** The silence window of a device has passed: a check on its way has only the grace left. */
  silenceDeadline(id: string): void {
    const running = this.#standings.get(id)?.running
    if (!running) return
    this.#clock.timer(watchDefaults.missGraceMs, () => {
      if (this.#standings.get(id)?.running === running) running.miss()
    })
  }

  /** Nobody watched for a while: what was in flight says nothing and is asked again at once. */
  startAgain(): void {
    const now = this.#clock.monotonic()
    for (const [id, standing] of this.#standings) {
      standing.running?.abandon()
      if (!standing.running || standing.dueAt === undefined) continue
      standing.dueAt = now
      this.#ready.add(id)
    }
  }

  stop(): void {
    this.#queue.stop()
    this.#probes.stop()
    for (const id of [...this.#standings.keys()]) this.remove(id)
  }

  #probeOf(id: string): Probe | undefined {
    const question = this.#standings.get(id)?.device.questions.find(({ probe }) => probe)
    return question?.probe?.bind(question)
  }

  #expedite(id: string): void {
    const standing = this.#standings.get(id)
    if (!standing || standing.dueAt !== undefined) return
    this.#queue.delete(id)
    this.#fallDue(id, this.#clock.monotonic())
    this.#startReady()
  }

  #fallDue(id: string, at: number): void {
    const standing = this.#standings.get(id)
    if (!standing) return
    standing.dueAt = at
    standing.outcomes = []
    this.#options.due(id, at)
    this.#ready.add(id)
  }

  #startReady(): void {
    for (const id of this.#ready) {
      const standing = this.#standings.get(id)
      if (standing?.running) continue
      if (standing && !this.#budget.takeCheck()) return
      this.#ready.delete(id)
      if (standing) this.#start(id, standing)
    }
  }

  #start(id: string, standing: Standing): void {
    const { device } = standing
    this.#latenessMs = Math.max(this.#latenessMs, this.#clock.monotonic() - (standing.dueAt ?? 0))
    const check = new DueCheck({
      clock: this.#clock,
      questions: device.questions,
      deadlineMs: Math.min(pollEveryMs(device.intervalMs, device.windowMs), CHECK_DEADLINE_MS),
      outcome: (outcome) => this.#answered(id, standing, outcome),
      decided: (alive) => this.#decided(id, standing, alive),
      settled: () => this.#settled(standing, check),
    })
    standing.running = check
  }

  #answered(id: string, standing: Standing, outcome: Outcome): void {
    if (this.#standings.get(id) !== standing) return
    standing.outcomes.push(outcome)
    if (outcome.observation.alive) this.#lives(id, standing)
    this.#options.outcome(id, outcome)
  }

  #decided(id: string, standing: Standing, alive: boolean): void {
    if (this.#standings.get(id) !== standing) return
    if (!alive && standing.outcomes.some(isMiss)) this.#missed(id, standing)
    delete standing.dueAt
    this.#plan(id, standing)
    this.#options.finished(id)
    const waiting = standing.waiting.splice(0)
    for (const tell of waiting) tell(standing.outcomes)
  }

  #settled(standing: Standing, check: DueCheck): void {
    this.#budget.giveCheck()
    if (standing.running === check) delete standing.running
    this.#roomAgain()
  }

  #lives(id: string, standing: Standing): void {
    const isBack = standing.misses > 0
    delete standing.firstMissAt
    standing.misses = 0
    standing.longOutageChecks = 0
    if (isBack) this.#askBehind(id)
  }

  /** What hangs on a device that is back gets a new start: asked seldom after a long outage, it would still look dead when it is well. */
  #askBehind(ancestor: string): void {
    const now = this.#clock.monotonic()
    for (const [id, standing] of this.#standings) {
      if (standing.firstMissAt === undefined || !standing.device.dependsOn.includes(ancestor)) continue
      standing.firstMissAt = now
      standing.longOutageChecks = 0
      this.#expedite(id)
    }
  }

  #missed(id: string, standing: Standing): void {
    const now = this.#clock.monotonic()
    standing.firstMissAt ??= now
    standing.misses += 1
    if (now - standing.firstMissAt >= LONG_OUTAGE_MS) standing.longOutageChecks += 1
    if (standing.misses <= PROBED_MISSES) this.probeAncestors(id)
  }

  #plan(id: string, standing: Standing): void {
    const { device, gridAt, firstMissAt, longOutageChecks } = standing
    const at = nextCheckAt({
      now: this.#clock.monotonic(),
      intervalMs: device.intervalMs,
      windowMs: device.windowMs,
      gridAt,
      longOutageChecks,
      ...(firstMissAt !== undefined && { firstMissAt }),
    })
    this.#queue.set(id, at)
  }

  /** An ancestor that does not answer a probe is looked at properly, whatever its own turn. */
  #probed(id: string, outcome: Outcome): void {
    const standing = this.#standings.get(id)
    if (!standing) return
    if (outcome.observation.alive) this.#lives(id, standing)
    else if (standing.misses === 0) this.#expedite(id)
    this.#options.outcome(id, outcome)
  }

  #roomAgain(): void {
    this.#probes.roomAgain()
    this.#startReady()
  }
}
