import { describe, expect, it } from 'vitest'
import { encodeRun, type Run } from '../../../server/store/metrics/embedded/codec/run.ts'
import { encodeParts, rollUp } from '../../../server/store/metrics/embedded/rollup.ts'
import { SEAL_AT_SAMPLES } from '../../../server/store/metrics/embedded/seal.ts'
import { seed } from '../../suites/counts.ts'

/** Polled every 20 s; the answer comes some milliseconds later, now and then a re-check. */
const INTERVAL_MS = 20_000

function noise(start: number): () => number {
  let state = start
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return state / 0x7fffffff
  }
}

const random = noise(seed || 1)
/** Roughly normal, standard deviation 0.5. */
const bell = (): number => random() + random() + random() - 1.5
const walk = (start: number, step: () => number): (() => number) => {
  let value = start
  return () => {
    value += step()
    return value
  }
}

const metrics: Record<string, { next: () => number; bytes: number }> = {
  'rtt_ms in hundredths': { next: () => Math.round((2.5 + Math.abs(bell())) * 100) / 100, bytes: 2.5 },
  'temperature_c in tenths': {
    next: (
      (tenths) => () =>
        tenths() / 10
    )(walk(214, () => (random() < 0.2 ? Math.sign(bell()) : 0))),
    bytes: 1.6,
  },
  if_in_octets_count: { next: walk(1e9, () => 150_000 + Math.round(bell() * 20_000)), bytes: 3.7 },
  'battery_charge_percent, constant': { next: () => 100, bytes: 1.3 },
  uptime_s: { next: walk(0, () => INTERVAL_MS / 1000), bytes: 1.3 },
  'door_state, changing rarely': { next: () => (random() < 0.01 ? 0 : 1), bytes: 1.5 },
  'voltage_v as a 32-bit float': { next: () => Math.fround(12.3 + bell() * 0.05), bytes: 4.5 },
}

function chunkOf(next: () => number): Run {
  const times = new Float64Array(SEAL_AT_SAMPLES)
  for (let i = 0; i < SEAL_AT_SAMPLES; i += 1)
    times[i] = Date.UTC(2026, 0, 1) + i * INTERVAL_MS + Math.round(20 * random() + bell() * 10)
  return { times, values: times.map(() => next()) }
}

describe('bytes per sample of realistic health data', () => {
  for (const [name, { next, bytes }] of Object.entries(metrics))
    it(`stay below ${bytes} for ${name}`, () => {
      expect(encodeRun(chunkOf(next)).length / SEAL_AT_SAMPLES).toBeLessThan(bytes)
    })

  it('stay below 4 on average, roll-ups and row overhead included', () => {
    const rowOverheadBytes = 80
    let total = 0
    const all = Object.values(metrics)
    for (const { next } of all) {
      const chunk = chunkOf(next)
      total += encodeRun(chunk).length + encodeParts(rollUp(chunk) ?? []).length + rowOverheadBytes
    }
    expect(total / all.length / SEAL_AT_SAMPLES).toBeLessThan(4)
  })
})
