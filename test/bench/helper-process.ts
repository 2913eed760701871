import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

/** A process beside the bench, so that what is measured shares neither a processor's time nor a heap with what drives it. */
export interface HelperProcess {
  pid: number
  /** Sends one question and waits for its answer; one at a time. */
  ask<T>(question: object): Promise<T>
  end(): Promise<void>
}

/** Starts one of `test/bench/processes`; gone when the test ends. */
export function startHelper(file: URL): HelperProcess {
  const child = fork(fileURLToPath(file), { execArgv: [] })
  const ended = once(child, 'close')
  const end = async () => {
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(end)
  return {
    pid: child.pid ?? 0,
    async ask<T>(question: object): Promise<T> {
      const answered = once(child, 'message')
      child.send(question)
      const died = ended.then(() => Promise.reject(new Error(`${file.pathname} ended without an answer.`)))
      const [answer] = await Promise.race([answered, died])
      return answer as T
    },
    end,
  }
}
