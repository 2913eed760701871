import { randomUUID } from 'node:crypto'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { Answer, type Ask, type CheckResult } from '@stillwatch/contract/road.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import { Compile } from 'typebox/compile'

const answerSchema = Compile(Answer)
const DEADLINE_MS = 4_500

/** Questions put to gateways out of turn, each answered once or given up in time. */
export class Asks {
  readonly #clock: Clock
  readonly #send: (gatewayId: string, ask: Ask) => void
  readonly #open = new Map<string, { gatewayId: string; settle: (result: CheckResult[] | Error) => void }>()

  constructor(clock: Clock, send: (gatewayId: string, ask: Ask) => void) {
    this.#clock = clock
    this.#send = send
  }

  /** Rejects with `no_answer_in_time` after 4.5 s. */
  ask(gatewayId: string, deviceId: string): Promise<CheckResult[]> {
    const askId = randomUUID()
    return new Promise((resolve, reject) => {
      const settle = (result: CheckResult[] | Error): void => {
        cancel()
        this.#open.delete(askId)
        if (result instanceof Error) reject(result)
        else resolve(result)
      }
      const cancel = this.#clock.timer(DEADLINE_MS, () => settle(new StillwatchError('no_answer_in_time')))
      this.#open.set(askId, { gatewayId, settle })
      this.#send(gatewayId, { askId, deviceId, deadlineMs: DEADLINE_MS - 500 })
    })
  }

  /** Takes what a gateway says; anything that does not answer one of its own questions is dropped. */
  answered(gatewayId: string, value: unknown): void {
    if (!answerSchema.Check(value)) return
    const open = this.#open.get(value.askId)
    if (open?.gatewayId !== gatewayId) return
    open.settle(value.error === undefined ? value.checks : new StillwatchError('conflict', value.error))
  }

  close(): void {
    for (const open of this.#open.values()) open.settle(new StillwatchError('unavailable'))
  }
}
