import { test } from 'vitest'
import { type HelperProcess, startHelper } from './helper-process.ts'
import type { Polls } from './processes/snmp-polls.ts'
import { figure, median, report } from './report.ts'

const ROUNDS = 3
const AGENTS = 50
const POLLS = 10_000
const AT_ONCE = 20

const ups = '1.3.6.1.2.1.33.1'
/** What the driver reads of the simulated UPS. */
const oids = [
  '1.3.6.1.2.1.1.3.0',
  ...[`${ups}.2.1.0`, `${ups}.2.2.0`, `${ups}.2.3.0`, `${ups}.2.4.0`, `${ups}.2.7.0`],
  ...[`${ups}.4.1.0`, `${ups}.4.4.1.2.1`, `${ups}.4.4.1.5.1`, `${ups}.6.1.0`],
]

const ways: Record<Polls['how'], string> = {
  driver: "the gateway's driver",
  'one session per agent': 'net-snmp alone, one session per agent',
  'a new session per poll': 'net-snmp alone, a new session per poll',
}

async function round(poller: HelperProcess, how: Polls['how'], ports: number[]) {
  const polls: Polls = { how, ports, polls: POLLS, atOnce: AT_ONCE, oids }
  return poller.ask<{ cpuMs: number; values: number }>(polls)
}

test('what a poll costs the driver, and what net-snmp alone takes for the same question', async () => {
  const building = startHelper(new URL('./processes/devices.ts', import.meta.url))
  const { snmp: ports } = await building.ask<{ snmp: number[] }>({ start: { snmp: AGENTS, tcp: 0 } })
  const hows = Object.keys(ways) as Polls['how'][]
  const cpu = new Map<string, number[]>(hows.map((how) => [how, []]))
  const values = new Map<string, number>()
  for (let count = 0; count < ROUNDS; count += 1) {
    for (const how of hows) {
      // A process of its own each time: sockets and heaps of the other ways would weigh on it.
      const poller = startHelper(new URL('./processes/snmp-polls.ts', import.meta.url))
      const done = await round(poller, how, ports)
      await poller.end()
      cpu.get(how)?.push(done.cpuMs)
      values.set(how, done.values)
    }
  }
  const floor = median(cpu.get('one session per agent') ?? [])
  report({
    bench: 'test/bench/snmp.bench.ts',
    columns: ['way', 'values', 'CPU µs/poll', 'polls per CPU second', 'ratio'],
    rows: hows.map((how) => {
      const ms = median(cpu.get(how) ?? [])
      return [
        ways[how],
        values.get(how) ?? 0,
        figure((ms * 1_000) / POLLS),
        figure((POLLS * 1_000) / ms),
        figure(ms / floor),
      ]
    }),
  })
})
