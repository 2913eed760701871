import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'vitest'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { type FedServer, startFedServer } from './fed-server.ts'
import { type HelperProcess, startHelper } from './helper-process.ts'
import { figure, median, report } from './report.ts'
import { AckedWire } from './talking-gateway.ts'

const ROUNDS = 3
const SAMPLES_PER_ENTRY = 10
/** Enough that the ten milliseconds in which processor time is counted do not matter. */
const sizes = [
  { samples: 100, messages: 3_000 },
  { samples: 10, messages: 10_000 },
]

interface Round {
  /** Microseconds of processor time per sample. */
  road: number
  broker: number
  decode: number
  insert: number
  /** Messages in one commit. */
  group: number
  kPerSecond: number
}

test('what a sample costs the server on the whole road, and what it must cost in any case', async () => {
  const fed = await startFedServer(100)
  const broker = startHelper(new URL('./processes/floor-broker.ts', import.meta.url))
  const stores = startHelper(new URL('./processes/floor-stores.ts', import.meta.url))
  const wire = await floorWire(broker)
  await fed.gateway.wire.send(fed.gateway.batches(1_000, 10))
  const rows: (string | number)[][] = []
  for (const { samples, messages } of sizes) {
    const rounds: Round[] = []
    for (let round = 0; round < ROUNDS; round += 1) {
      const bodies = fed.gateway.batches(messages, samples / SAMPLES_PER_ENTRY)
      const perSample = 1_000 / (messages * samples)
      const real = await throughServer(fed, bodies)
      const floor = {
        ...(await throughBroker(broker, wire, bodies)),
        ...(await inStores(stores, bodies, real.group)),
      }
      rounds.push({
        road: real.cpuMs * perSample,
        broker: floor.cpuMs * perSample,
        decode: floor.decodeMs * perSample,
        insert: floor.insertMs * perSample,
        group: real.group,
        kPerSecond: (messages * samples) / real.wallMs,
      })
    }
    rows.push(rowOf(samples, rounds))
  }
  report({
    bench: 'test/bench/road.bench.ts',
    columns: [
      'samples in a message',
      'whole road, CPU µs/sample',
      'aedes alone',
      'inflate and JSON.parse alone',
      'INSERT and sync alone',
      'road / sum of the three',
      'messages in a commit',
      'k samples/s (wall)',
    ],
    rows,
  })
})

function rowOf(samples: number, rounds: readonly Round[]): (string | number)[] {
  const of = (pick: (round: Round) => number) => figure(median(rounds.map(pick)))
  return [
    samples,
    of((round) => round.road),
    of((round) => round.broker),
    of((round) => round.decode),
    of((round) => round.insert),
    of((round) => round.road / (round.broker + round.decode + round.insert)),
    of((round) => round.group),
    of((round) => round.kPerSecond),
  ]
}

async function throughServer({ server, gateway, url }: FedServer, bodies: readonly Buffer[]) {
  const commits = await commitsOf(url)
  const cpu = server.cpuMs()
  const start = performance.now()
  await gateway.wire.send(bodies)
  return {
    cpuMs: server.cpuMs() - cpu,
    wallMs: performance.now() - start,
    group: Math.max(1, Math.round(bodies.length / ((await commitsOf(url)) - commits))),
  }
}

/** How many groups the server says it has committed. */
async function commitsOf(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  return Number(/^stillwatch_road_commit_seconds_count (\d+)/m.exec(text)?.[1])
}

async function floorWire(broker: HelperProcess): Promise<AckedWire> {
  const { port } = await broker.ask<{ port: number }>({ ask: 'port' })
  return AckedWire.open(`mqtt://127.0.0.1:${port}`, { id: 'gateway', secret: 'secret', epoch: 1 })
}

async function throughBroker(broker: HelperProcess, wire: AckedWire, bodies: readonly Buffer[]) {
  await broker.ask({ ask: 'cpu' })
  await wire.send(bodies)
  return broker.ask<{ cpuMs: number }>({ ask: 'cpu' })
}

function inStores(stores: HelperProcess, bodies: readonly Buffer[], perGroup: number) {
  const directory = temporaryDirectory()
  const file = join(directory, 'bodies')
  const lengths = bodies.map(({ length }) => {
    const prefix = Buffer.alloc(4)
    prefix.writeUInt32BE(length)
    return prefix
  })
  writeFileSync(file, Buffer.concat(bodies.flatMap((body, index) => [lengths[index] as Buffer, body])))
  return stores.ask<{ decodeMs: number; insertMs: number }>({ file, directory, perGroup })
}
