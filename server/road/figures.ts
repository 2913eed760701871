import { Counter, Gauge, Histogram, type Registry } from 'prom-client'

/** What Prometheus is told about the road. Names follow its conventions: base units, `_total` for counters. */
export function roadFigures(
  registry: Registry,
  live: { gateways(): Record<string, number>; waiting(): number; journalBytes(): number },
) {
  const registers = [registry]
  new Gauge({
    name: 'stillwatch_gateways',
    help: 'Gateways by link state.',
    labelNames: ['link'],
    registers,
    collect() {
      this.reset()
      for (const [link, count] of Object.entries(live.gateways())) this.set({ link }, count)
    },
  })
  new Gauge({
    name: 'stillwatch_road_waiting_inputs',
    help: 'Inputs that wait for a commit.',
    registers,
    collect() {
      this.set(live.waiting())
    },
  })
  new Gauge({
    name: 'stillwatch_journal_bytes',
    help: 'Bytes in the journal.',
    registers,
    collect() {
      this.set(live.journalBytes())
    },
  })
  return {
    inputs: new Counter({
      name: 'stillwatch_road_inputs_total',
      help: 'Inputs committed, by kind.',
      labelNames: ['kind'],
      registers,
    }),
    samples: new Counter({ name: 'stillwatch_samples_total', help: 'Samples committed.', registers }),
    refusedAtDoor: new Counter({
      name: 'stillwatch_door_refusals_total',
      help: 'Connections and messages refused by the broker.',
      labelNames: ['why'],
      registers,
    }),
    commit: new Histogram({
      name: 'stillwatch_road_commit_seconds',
      help: 'Time of one group commit.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
      registers,
    }),
  }
}

export type RoadFigures = ReturnType<typeof roadFigures>
