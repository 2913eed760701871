import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { StillwatchError } from '@stillwatch/contract/errors.ts'

const derive = promisify(argon2)

export interface Cost {
  memoryKib: number
  passes: number
  lanes: number
}

/** RFC 9106, section 4: the second recommended option of argon2id, for when memory is shared. About 0.2 s. */
export const recommendedCost: Cost = { memoryKib: 65_536, passes: 3, lanes: 4 }

const AT_ONCE = 2
const WAITING = 32
const phcPattern = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** Hashes of people's passwords, as PHC strings that carry their own parameters. At most two are worked out at a time: each takes 64 MiB. */
export class Passwords {
  readonly #cost: Cost
  #running = 0
  readonly #waiting: (() => void)[] = []

  constructor(cost: Cost = recommendedCost) {
    this.#cost = cost
  }

  async hash(password: string): Promise<string> {
    const salt = randomBytes(16)
    const { memoryKib, passes, lanes } = this.#cost
    const hash = await this.#derive(password, salt, this.#cost)
    return `$argon2id$v=19$m=${memoryKib},t=${passes},p=${lanes}$${base64(salt)}$${base64(hash)}`
  }

  /** Null stands for a user that does not exist: the answer is no, after the same work, so that names cannot be guessed by the time it takes. */
  async verify(password: string, stored: string | null): Promise<boolean> {
    if (stored === null) {
      await this.#derive(password, Buffer.alloc(16), this.#cost)
      return false
    }
    const { cost, salt, hash } = parsePhc(stored)
    return timingSafeEqual(await this.#derive(password, salt, cost), hash)
  }

  async #derive(password: string, nonce: Buffer, cost: Cost): Promise<Buffer> {
    await this.#enter()
    try {
      // The same characters can be typed in several ways; keyboards differ.
      const message = password.normalize('NFKC')
      const { memoryKib: memory, passes, lanes: parallelism } = cost
      return await derive('argon2id', { message, nonce, memory, passes, parallelism, tagLength: 32 })
    } finally {
      this.#leave()
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < AT_ONCE) {
      this.#running += 1
      return
    }
    if (this.#waiting.length >= WAITING) throw new StillwatchError('too_many_requests')
    await new Promise<void>((go) => this.#waiting.push(go))
  }

  /** Hands the place on to whoever has waited longest. */
  #leave(): void {
    const next = this.#waiting.shift()
    if (next) next()
    else this.#running -= 1
  }
}

function parsePhc(stored: string): { cost: Cost; salt: Buffer; hash: Buffer } {
  const [, memory, passes, lanes, salt, hash] = phcPattern.exec(stored) ?? []
  if (!salt || !hash) throw new Error('A stored password hash is not an argon2id PHC string.')
  return {
    cost: { memoryKib: Number(memory), passes: Number(passes), lanes: Number(lanes) },
    salt: Buffer.from(salt, 'base64'),
    hash: Buffer.from(hash, 'base64'),
  }
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replaceAll('=', '')
