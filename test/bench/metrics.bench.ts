import { test } from 'vitest'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { startHelper } from './helper-process.ts'
import { figure, median, report } from './report.ts'

const ROUNDS = 3
/** Five series each, a sample a minute, thirty days: 1.3 million samples a round. */
const DEVICES = 6

interface Costs {
  samples: number
  bytes: number
  appendMs: number
  rawDayMs: number
  bucketsMs: number
}
interface Measured extends Costs {
  sealMs: number
  rawDay: number
  buckets: number
  floor: Costs
}

test('what a sample costs in the store, and what reading a day and a month costs', async () => {
  const rounds: Measured[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const store = startHelper(new URL('./processes/metric-store.ts', import.meta.url))
    rounds.push(await store.ask<Measured>({ directory: temporaryDirectory(), devices: DEVICES }))
    await store.end()
  }
  const of = (pick: (measured: Measured) => number) => figure(median(rounds.map(pick)))
  const [{ rawDay, buckets } = { rawDay: 0, buckets: 0 }] = rounds
  const row = (what: string, ours: (measured: Measured) => number, plain: (costs: Costs) => number) => [
    what,
    of(ours),
    of(({ floor }) => plain(floor)),
    of((measured) => ours(measured) / plain(measured.floor)),
  ]
  report({
    bench: 'test/bench/metrics.bench.ts',
    columns: ['', 'our store', 'a row per sample in SQLite', 'ratio'],
    rows: [
      row(
        'bytes a sample on the disk, roll-ups included',
        ({ bytes, samples }) => bytes / samples,
        ({ bytes, samples }) => bytes / samples,
      ),
      row(
        'CPU µs to take a sample, sealing included',
        ({ appendMs, sealMs, samples }) => ((appendMs + sealMs) * 1_000) / samples,
        ({ appendMs, samples }) => (appendMs * 1_000) / samples,
      ),
      row(
        `CPU ms to read 24 h of one series (${rawDay} samples)`,
        ({ rawDayMs }) => rawDayMs,
        ({ rawDayMs }) => rawDayMs,
      ),
      row(
        `CPU ms to read 30 days of one series as ${buckets} buckets`,
        ({ bucketsMs }) => bucketsMs,
        ({ bucketsMs }) => bucketsMs,
      ),
    ],
  })
})
