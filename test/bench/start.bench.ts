import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'vitest'
import { type Program, startServerProgram } from '../peers/programs.ts'
import { startFedServer } from './fed-server.ts'
import { figure, median, report } from './report.ts'

const ROUNDS = 3
const SAMPLES_PER_ROW = 100
/** Batches fed before the kill. */
const steps = [0, 10_000]
const MIB = 2 ** 20

interface Start {
  wallMs: number
  cpuMs: number
  rssMib: number
}

async function timed(dataDir: string): Promise<Start> {
  const before = performance.now()
  const server: Program = await startServerProgram(dataDir)
  const start = { wallMs: performance.now() - before, cpuMs: server.cpuMs(), rssMib: server.rssBytes() / MIB }
  await server.kill()
  return start
}

function journalOf(dataDir: string): { rows: number; mib: number } {
  const db = new DatabaseSync(join(dataDir, 'stillwatch.db'), { readOnly: true })
  const row = db
    .prepare('SELECT count(*) AS rows, coalesce(sum(length(body)), 0) AS bytes FROM journal')
    .get()
  db.close()
  return { rows: Number(row?.rows), mib: Number(row?.bytes) / MIB }
}

test('how long a server takes to start that was killed with so much in its journal', async () => {
  const rows: (string | number)[][] = []
  for (const messages of steps) {
    const { server, gateway, dataDir } = await startFedServer(100)
    await gateway.wire.send(gateway.batches(messages, SAMPLES_PER_ROW / 10))
    const fedMib = server.rssBytes() / MIB
    await server.kill()
    const journal = journalOf(dataDir)
    const starts: Start[] = []
    for (let round = 0; round < ROUNDS; round += 1) starts.push(await timed(dataDir))
    const of = (pick: (start: Start) => number) => figure(median(starts.map(pick)))
    rows.push([
      figure(journal.rows),
      figure(journal.mib),
      of(({ wallMs }) => wallMs),
      of(({ cpuMs }) => cpuMs),
      of(({ rssMib }) => rssMib),
      figure(fedMib),
    ])
  }
  report({
    bench: 'test/bench/start.bench.ts',
    columns: [
      'journal rows to replay',
      'MiB of bodies',
      'ms until ready (wall)',
      'CPU ms until ready',
      'memory when ready, MiB',
      'memory before the kill, MiB',
    ],
    rows,
  })
})
