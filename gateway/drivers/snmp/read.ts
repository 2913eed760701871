import type { Agent } from './client.ts'
import { SnmpFailure } from './failure.ts'
import type { Oid, Replies, SnmpValue } from './values.ts'

/** How many values this agent is asked for at once; shrinks when it proves to be too many and stays small. */
export class PackSize {
  /** Replies of this many values still fit one Ethernet frame. */
  static readonly MOST = 32
  /** A question of so few values is not what an agent chokes on. */
  static readonly SURE = 4
  #size = PackSize.MOST

  get size(): number {
    return this.#size
  }

  /** So many were too many. */
  shrink(asked: number): void {
    this.#size = Math.max(1, Math.min(this.#size, Math.floor(asked / 2)))
  }

  /** Some agents drop a question that is too long for them instead of answering tooBig. */
  doubt(): void {
    this.#size = Math.max(Math.min(PackSize.SURE, this.#size), Math.floor(this.#size / 2))
  }
}

/**
 * GET of any number of values: packed, and split in halves where the agent refuses a pack (tooBig, genErr, or
 * noSuchName of SNMP v1, which names one missing value and withholds all others). A value refused alone is left out.
 * Rejects with `SnmpFailure` when the agent is silent or refuses us altogether.
 */
export async function readAll(agent: Agent, oids: readonly Oid[], pack: PackSize): Promise<Replies> {
  if (oids.length > 0 && oids.length <= pack.size) return readPack(agent, oids, pack)
  const replies = new Map<Oid, SnmpValue>()
  let rest = oids
  while (rest.length > 0) {
    const asked = rest.slice(0, pack.size)
    rest = rest.slice(asked.length)
    for (const [oid, value] of await readPack(agent, asked, pack)) replies.set(oid, value)
  }
  return replies
}

async function readPack(agent: Agent, oids: readonly Oid[], pack: PackSize): Promise<Replies> {
  try {
    return await agent.get(oids)
  } catch (failure) {
    if (!(failure instanceof SnmpFailure)) throw failure
    if (failure.hint === 'too_big') pack.shrink(oids.length)
    if (!failure.askLess) throw failure
    if (oids.length === 1) return new Map()
    const half = Math.ceil(oids.length / 2)
    const first = await readPack(agent, oids.slice(0, half), pack)
    return new Map([...first, ...(await readPack(agent, oids.slice(half), pack))])
  }
}
