import type { SnmpSettings } from '@stillwatch/contract/drivers/snmp.ts'
import { type Clock, DAY_MS, SECOND_MS } from '@stillwatch/contract/time.ts'
import type { Observation } from '../driver.ts'
import type { Agent, SnmpClient } from './client.ts'
import { SnmpFailure } from './failure.ts'
import { Inventory } from './inventory.ts'
import type { Limit } from './limit.ts'
import { sysUpTime } from './oids.ts'
import { PackSize, readAll } from './read.ts'
import { toSamples } from './to-samples.ts'
import { restarted, type Uptime, uptimeOf } from './uptime.ts'
import { cannotAsk } from './v3-user.ts'
import type { Oid, Replies, SnmpValue } from './values.ts'

const REDISCOVER_AFTER_MS = DAY_MS

/** What one check has heard so far. */
interface Heard {
  replies: Map<Oid, SnmpValue>
  facts: Record<string, string>
  /** Set by the first answer: from then on the device is known to live. */
  rttMs?: number
  /** Why the rest was not heard. */
  missing?: string
}

/** What the next check is measured against. */
interface Past {
  at: number
  replies: Replies
  uptime: Uptime | undefined
}

/** A session with the device under these settings. */
export type OpenClient = (settings: SnmpSettings) => SnmpClient

/** One device between and during its checks. */
export class SnmpDevice {
  readonly #clock: Clock
  readonly #settings: SnmpSettings
  readonly #client: SnmpClient
  readonly #openClient: OpenClient
  #pack = new PackSize()
  #inventory: Inventory
  #inventoryAt: number
  #past: Past | undefined
  /** All values were answered in the last check: they may travel with the first question. Else that one stays small and certain. */
  #proven = false
  /** The last check was answered only without keys. */
  #keysDoubted = false

  constructor(clock: Clock, settings: SnmpSettings, openClient: OpenClient) {
    this.#clock = clock
    this.#settings = settings
    this.#openClient = openClient
    this.#client = openClient(settings)
    this.#inventory = this.#nothingKnown()
    this.#inventoryAt = clock.monotonic()
  }

  close(): void {
    this.#client.close()
  }

  /** sysUpTime alone: any answer proves life. */
  async probe(limit: Limit): Promise<Observation> {
    const askedAt = this.#clock.monotonic()
    try {
      await readAll(this.#client.until(limit), [sysUpTime], this.#pack)
    } catch (failure) {
      return this.#unanswered(failure, limit)
    }
    const unusable = cannotAsk(this.#settings)
    if (unusable !== undefined) return unsupported(unusable)
    return { ok: true, alive: true, samples: { rtt_ms: rounded(this.#clock.monotonic() - askedAt) } }
  }

  /** Everything the agent is known to have; at first contact, daily and after a restart also what it has. */
  async check(limit: Limit): Promise<Observation> {
    if (cannotAsk(this.#settings) !== undefined) return this.probe(limit)
    const heard: Heard = { replies: new Map(), facts: {} }
    try {
      await this.#ask(this.#client.until(limit), heard)
    } catch (failure) {
      if (heard.rttMs === undefined) return this.#unanswered(failure, limit)
      if (failure instanceof SnmpFailure && failure.hint === 'unheard') this.#pack.doubt()
      heard.missing = `answers, but not to everything: ${(failure as Error).message}`
    }
    return this.#answered(heard)
  }

  async #ask(agent: Agent, heard: Heard): Promise<void> {
    const read = async (oids: readonly Oid[]) => {
      for (const [oid, value] of await readAll(agent, oids, this.#pack)) heard.replies.set(oid, value)
    }
    const askedAt = this.#clock.monotonic()
    if (askedAt - this.#inventoryAt > REDISCOVER_AFTER_MS) this.#rediscover(askedAt)
    const { uptimeOids } = this.#inventory
    const first = this.#proven
      ? [...uptimeOids, ...this.#inventory.asked].slice(0, this.#pack.size)
      : uptimeOids
    this.#proven = false
    await read(first)
    heard.rttMs = rounded(this.#clock.monotonic() - askedAt)
    this.#inventory.uptimeAnswered(heard.replies)
    if (!this.#inventory.complete) await this.#inventory.discover(agent, heard.facts)
    await read(this.#inventory.asked.filter((oid) => !first.includes(oid)))
    this.#proven = true
  }

  #answered({ replies, facts, rttMs = 0, missing }: Heard): Observation {
    this.#keysDoubted = false
    const now = this.#clock.monotonic()
    const past = this.#past
    const elapsedS = past === undefined ? 0 : (now - past.at) / SECOND_MS
    const uptime = uptimeOf(replies, past?.uptime, elapsedS)
    const startedAnew = restarted(past?.uptime, uptime, elapsedS)
    const before = past === undefined || startedAnew ? undefined : { replies: past.replies, elapsedS }
    const samples = { rtt_ms: rttMs, ...toSamples(this.#inventory.rules, replies, before) }
    this.#past = { at: now, replies, uptime: uptime ?? past?.uptime }
    if (startedAnew) this.#rediscover(now)
    return {
      ok: true,
      alive: true,
      samples: uptime === undefined ? samples : { ...samples, uptime_s: uptime.uptimeS },
      ...(Object.keys(facts).length > 0 && { facts }),
      ...(startedAnew && { events: [{ kind: 'agent_restarted', at: this.#clock.now() }] }),
      ...(missing !== undefined && { detail: missing }),
    }
  }

  async #unanswered(failure: unknown, limit: Limit): Promise<Observation> {
    if (!(failure instanceof SnmpFailure)) {
      return { ok: false, alive: false, reason: 'protocol_error', detail: (failure as Error).message }
    }
    const unusable = cannotAsk(this.#settings)
    if (unusable !== undefined && failure.alive) return unsupported(unusable)
    const doubted = this.#keysDoubted
    this.#keysDoubted = false
    if (unusable === undefined && failure.reason === 'timeout' && (await this.#answersWithoutKeys(limit))) {
      this.#keysDoubted = true
      // Keys that have worked before: it may have come back between the two questions.
      if (this.#past !== undefined && !doubted) {
        return { ok: false, alive: true, reason: 'protocol_error', detail: 'it came back while it was asked' }
      }
      const detail = 'the agent answers, but not to encrypted questions: the privacy key is probably wrong'
      return { ok: false, alive: true, reason: 'credentials_refused', detail }
    }
    const detail = `SNMP v${this.#settings.version}: ${failure.message}${unusable ? `; besides, ${unusable}` : ''}`
    return { ok: false, alive: failure.alive, reason: failure.reason, detail }
  }

  /**
   * An agent drops what it cannot decrypt without a word, so a wrong privacy key looks like a dead device. The same
   * question without keys gets at least a refusal from an agent that lives, if the deadline leaves time for it.
   */
  async #answersWithoutKeys(limit: Limit): Promise<boolean> {
    const { auth: _auth, priv, ...withoutKeys } = this.#settings
    if (!priv) return false
    const client = this.#openClient(withoutKeys)
    try {
      await client.until(limit).get([sysUpTime])
      return true
    } catch (failure) {
      return failure instanceof SnmpFailure && failure.alive
    } finally {
      client.close()
    }
  }

  #rediscover(now: number): void {
    this.#pack = new PackSize()
    this.#inventory = this.#nothingKnown()
    this.#inventoryAt = now
  }

  #nothingKnown(): Inventory {
    return new Inventory(this.#settings.version !== '1', this.#pack)
  }
}

/** Hundredths of a millisecond: finer is noise that does not compress. */
const rounded = (ms: number) => Math.round(ms * 100) / 100

/** An agent answered the unencrypted question that was put instead: it lives, but cannot be asked as configured. */
function unsupported(detail: string): Observation {
  return { ok: false, alive: true, reason: 'unsupported', detail }
}
