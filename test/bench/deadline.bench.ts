import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { eventually } from '../fakes/eventually.ts'
import { importDevices, WatchedSite } from '../peers/watched-site.ts'
import { startHelper } from './helper-process.ts'
import { figure, median, quantile, report } from './report.ts'

const ROUNDS = 3
const OF_EACH_KIND = 100
const DYING = 50
const watched = { intervalS: 3, silenceWindowS: 9, recoveryHoldS: 1 }

interface Opened {
  subject: string
  /** Milliseconds after the deadline: on the ticket itself, and when another process could read it. */
  onTicket: number
  readable: number
}

test('how long after their deadlines fifty devices of two hundred that die at once have their tickets', async () => {
  const site = await WatchedSite.start()
  const building = startHelper(new URL('./processes/devices.ts', import.meta.url))
  const ports = await building.ask<{ snmp: number[]; tcp: number[] }>({
    start: { snmp: OF_EACH_KIND, tcp: OF_EACH_KIND },
  })
  const { intervalS, silenceWindowS, recoveryHoldS } = watched
  const common = ['other', '127.0.0.1', intervalS, silenceWindowS, recoveryHoldS]
  await importDevices(
    site.api,
    [
      ...['name', 'kind', 'address', 'intervalS', 'silenceWindowS', 'recoveryHoldS'],
      'snmp.version',
      'snmp.port',
      'tcp.port',
    ],
    [
      ...ports.snmp.map((port) => [`snmp ${port}`, ...common, '2c', port, '']),
      ...ports.tcp.map((port) => [`tcp ${port}`, ...common, '', '', port]),
    ],
  )
  await site.untilDevices('every device is up', (devices) => devices.every(({ state }) => state === 'up'))
  const records = new DatabaseSync(join(site.serverDir, 'stillwatch.db'), { readOnly: true })
  const rounds: Opened[][] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    await building.ask({ die: DYING })
    rounds.push(await opened(records, round * DYING))
    await building.ask({ comeBack: true })
    await site.untilTickets('every ticket has resolved itself', (all) =>
      all.every(({ state }) => state === 'resolved'),
    )
  }
  records.close()
  expect(rounds.map((tickets) => tickets.length)).toEqual(rounds.map(() => DYING))
  report({
    bench: 'test/bench/deadline.bench.ts',
    columns: ['devices', 'after the deadline', 'p50 ms', 'p99 ms', 'latest ms'],
    rows: [
      ...rowsOf('25 that refuse TCP connections', 'tcp', rounds),
      ...rowsOf('25 that drop SNMP questions', 'snmp', rounds),
    ],
  })
})

/** Medians over the rounds, but for the latest of all. */
function rowsOf(
  devices: string,
  kind: string,
  rounds: readonly (readonly Opened[])[],
): (string | number)[][] {
  return (['onTicket', 'readable'] as const).map((which) => {
    const late = rounds.map((round) =>
      round.filter(({ subject }) => subject.startsWith(kind)).map((ticket) => ticket[which]),
    )
    const middle = (share: number) => figure(median(late.map((each) => quantile(each, share))))
    const what = which === 'onTicket' ? 'time on the ticket' : 'committed: another process reads it'
    return [devices, what, middle(0.5), middle(0.99), figure(Math.max(...late.flat()))]
  })
}

/** Looks into the database itself, as often as it can, for what the server has committed. */
async function opened(records: DatabaseSync, afterNumber: number): Promise<Opened[]> {
  const look = records.prepare('SELECT number, subject, fault_since, opened_at FROM ticket WHERE number > ?')
  const tickets = new Map<number, Opened>()
  await eventually('a ticket for each that died', () => {
    const now = Date.now()
    for (const row of look.all(afterNumber)) {
      const number = Number(row.number)
      if (tickets.has(number)) continue
      const deadline = Number(row.fault_since) + watched.silenceWindowS * 1_000
      tickets.set(number, {
        subject: String(row.subject),
        onTicket: Number(row.opened_at) - deadline,
        readable: now - deadline,
      })
    }
    return tickets.size >= DYING
  })
  return [...tickets.values()]
}
