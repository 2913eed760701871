import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@stillwatch/contract/time.ts'

interface Rule {
  /** Attempts without any delay. */
  free: number
  /** The longest delay; the first is a second, each further one twice as long. */
  maxDelayMs: number
}

/** From one address on one name: where guessing happens. */
const perPair: Rule = { free: 5, maxDelayMs: 5 * MINUTE_MS }
/** On one name from everywhere: guessing from many addresses. Short, so that its owner gets in between, from a new place too. */
const perName: Rule = { free: 20, maxDelayMs: 30 * SECOND_MS }
/** Attempts older than this are forgotten. */
const FORGET_MS = HOUR_MS
const ENTRIES = 10_000
const PLACES_PER_NAME = 8

interface Attempts {
  count: number
  lastAt: number
}

/**
 * Slows guessing of passwords down without locking anybody out: who fails waits, ever longer; but an address from which a person has
 * signed in before never waits for what others do to their name. Kept in memory. Times are monotonic milliseconds.
 */
export class SignInBrake {
  readonly #pairs = new Map<string, Attempts>()
  readonly #names = new Map<string, Attempts>()
  /** Where each name has signed in from, oldest first. */
  readonly #places = new Map<string, string[]>()

  /** Counts an attempt and answers 0, or answers how long to wait first. Counted before the outcome is known, so that many at once do not slip through. */
  enter(username: string, address: string, now: number): number {
    const name = username.toLowerCase()
    const pair = `${name} ${address}`
    const known = this.#places.get(name)?.includes(address) ?? false
    const waitMs = Math.max(
      remaining(this.#pairs.get(pair), perPair, now),
      known ? 0 : remaining(this.#names.get(name), perName, now),
    )
    if (waitMs > 0) return waitMs
    count(this.#pairs, pair, now)
    if (!known) count(this.#names, name, now)
    return 0
  }

  succeeded(username: string, address: string): void {
    const name = username.toLowerCase()
    this.#pairs.delete(`${name} ${address}`)
    this.#names.delete(name)
    const others = this.#places.get(name)?.filter((place) => place !== address) ?? []
    keep(this.#places, name, [...others, address].slice(-PLACES_PER_NAME))
  }
}

function remaining(attempts: Attempts | undefined, rule: Rule, now: number): number {
  if (!attempts || now - attempts.lastAt > FORGET_MS || attempts.count < rule.free) return 0
  const delay = Math.min(rule.maxDelayMs, SECOND_MS * 2 ** (attempts.count - rule.free))
  return Math.max(0, attempts.lastAt + delay - now)
}

function count(attempts: Map<string, Attempts>, key: string, now: number): void {
  const before = attempts.get(key)
  const fresh = before === undefined || now - before.lastAt > FORGET_MS
  keep(attempts, key, { count: fresh ? 1 : before.count + 1, lastAt: now })
}

/** Sets an entry as the newest; the oldest goes when there are too many. */
function keep<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key)
  map.set(key, value)
  const oldest = map.keys().next().value
  if (map.size > ENTRIES && oldest !== undefined) map.delete(oldest)
}
