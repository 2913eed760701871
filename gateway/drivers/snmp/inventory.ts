import type { Agent } from './client.ts'
import { SnmpFailure } from './failure.ts'
import * as oids from './oids.ts'
import { type PackSize, readAll } from './read.ts'
import { oidsOf, type Plan, type Rule } from './rules.ts'
import { sections } from './sections/all.ts'
import type { Section } from './sections/section.ts'
import { type Oid, oidOf, type Replies, type SnmpValue, textOf } from './values.ts'
import { type BulkMood, hasAny, walk } from './walk.ts'

/** A section that an agent cannot finish in this many checks is left alone until the next discovery. */
const TRIES_PER_SECTION = 4

/**
 * What one agent has, found out step by step: a step that does not fit into a check's deadline goes on in the next
 * check, so a slow agent costs no failed checks.
 */
export class Inventory {
  readonly #pack: PackSize
  readonly #bulk: BulkMood
  readonly #plans = new Map<string, Plan>()
  readonly #open: { section: Section; tries: number }[] = sections.map((section) => ({ section, tries: 0 }))
  #systemRead = false
  #rules: Rule[] = []
  #asked: Oid[] = []
  /** Whether snmpEngineTime is there; asked for until an answer came without it. */
  #engineTime = true

  /** `bulk` is false for SNMP v1, which has no GETBULK. */
  constructor(bulk: boolean, pack: PackSize) {
    this.#bulk = { works: bulk }
    this.#pack = pack
  }

  get complete(): boolean {
    return this.#systemRead && this.#open.length === 0
  }

  get rules(): readonly Rule[] {
    return this.#rules
  }

  /** What the rules need, without the uptime. */
  get asked(): readonly Oid[] {
    return this.#asked
  }

  get uptimeOids(): readonly Oid[] {
    return this.#engineTime ? [oids.sysUpTime, oids.snmpEngineTime] : [oids.sysUpTime]
  }

  /** Learns from an answer to `uptimeOids`: SNMP v1 refuses a whole question for one value it does not have. */
  uptimeAnswered(replies: Replies): void {
    if (replies.has(oids.sysUpTime) && !replies.has(oids.snmpEngineTime)) this.#engineTime = false
  }

  /** Goes on with what is not known yet. Resolves with the facts found; rejects with `SnmpFailure` when the agent falls silent. */
  async discover(agent: Agent, found: Record<string, string>): Promise<void> {
    if (!this.#systemRead) {
      Object.assign(found, systemFacts(await readAll(agent, systemOids, this.#pack)))
      this.#systemRead = true
    }
    for (let next = this.#open[0]; next !== undefined; next = this.#open[0]) {
      next.tries++
      try {
        Object.assign(found, await this.#explore(agent, next.section))
        this.#open.shift()
      } catch (failure) {
        if (next.tries >= TRIES_PER_SECTION) this.#open.shift()
        if (!(failure instanceof SnmpFailure && failure.askLess)) throw failure
      }
    }
  }

  async #explore(agent: Agent, section: Section): Promise<Record<string, string>> {
    if (!(await hasAny(agent, section.root))) return {}
    const found = new Map<Oid, SnmpValue>()
    for (const { subtree, maxRows } of section.walks) {
      for (const [oid, value] of await walk(agent, subtree, maxRows, this.#bulk)) found.set(oid, value)
    }
    for (const [oid, value] of await readAll(agent, section.details(found), this.#pack)) found.set(oid, value)
    const plan = section.plan(found)
    this.#plans.set(section.name, plan)
    this.#rules = [...this.#plans.values()].flatMap(({ rules }) => rules)
    this.#asked = oidsOf(this.#rules)
    return plan.facts
  }
}

const systemOids: readonly Oid[] = [oids.sysDescr, oids.sysObjectId, oids.sysName, oids.sysLocation]

function systemFacts(replies: Replies): Record<string, string> {
  const facts = {
    sys_descr: textOf(replies.get(oids.sysDescr)),
    sys_object_id: oidOf(replies.get(oids.sysObjectId)) ?? textOf(replies.get(oids.sysObjectId)),
    sys_name: textOf(replies.get(oids.sysName)),
    sys_location: textOf(replies.get(oids.sysLocation)),
  }
  const known: Record<string, string> = {}
  for (const [name, text] of Object.entries(facts)) if (text !== undefined) known[name] = text
  return known
}
