import { readdirSync, readFileSync } from 'node:fs'

/** Every process started by a test run carries this environment variable with the id of the run. */
export const runMark = 'STILLWATCH_TEST_RUN'

interface Leftover {
  pid: number
  command: string
  /** The test file that started it. */
  file: string
}

/** Processes that carry the mark of this run in their environment and are still alive; those just ending get two seconds. */
export async function processesOf(run: string): Promise<Leftover[]> {
  if (process.platform !== 'linux') return []
  for (let tries = 0; ; tries += 1) {
    const found = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
      .flatMap((pid) => leftover(pid, run))
    if (found.length === 0 || tries === 20) return found
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function leftover(pid: string, run: string): Leftover[] {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    if (!environment.includes(`${runMark}=${run}`)) return []
    const file =
      environment.find((line) => line.startsWith('STILLWATCH_TEST_FILE='))?.split('=')[1] ?? 'a test'
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return [{ pid: Number(pid), command, file }]
  } catch {
    return [] // It ended meanwhile, or is not ours to look at.
  }
}
