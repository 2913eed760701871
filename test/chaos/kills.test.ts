import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Samples } from '../../contract/api/devices.ts'
import { seededRandom } from '../../simulators/fleet.ts'
import { eventually } from '../fakes/eventually.ts'
import type { ApiClient } from '../road/api-client.ts'
import { kills, seed } from '../suites/counts.ts'
import {
  everSilent,
  journalledBatches,
  lastSpooled,
  notices,
  quarantined,
  sampleTimes,
  spooledBatches,
  ticketEvents,
} from './both-sides.ts'
import { addDevices, type Installation, install, startAgents } from './installation.ts'

const DEVICES = 12
const LONGEST_CALM_MS = 2_000

/** Takes one of the two away, or both, at a moment nobody can foresee, and lets its supervisor start it again. */
async function killOnce({ server, gateway }: Installation, random: () => number): Promise<string> {
  await setTimeout(random() * LONGEST_CALM_MS)
  const victims = [[gateway], [server], [gateway, server], [server, gateway]][Math.floor(random() * 4)] ?? []
  await Promise.all(victims.map((victim) => victim.kill()))
  for (const victim of victims) await victim.start()
  return victims.map((victim) => (victim === server ? 'server' : 'gateway')).join('+')
}

/** Everything the gateway had written down when it was last killed has been applied. */
async function caughtUp({ gateway, api, spoolFile }: Installation, gatewayId: string): Promise<number> {
  await gateway.kill()
  const written = lastSpooled(spoolFile)
  await gateway.start()
  await eventually(
    'all of it is applied',
    async () => (await api.gateway(gatewayId)).lastApplied >= written,
    60_000,
  )
  return written
}

test(
  `${kills} kills of gateway, server or both under load lose nothing, double nothing and invent nothing`,
  async () => {
    const random = seededRandom(seed)
    const installation = await install()
    const { api, gatewayId, recordsFile, spoolFile } = installation
    const agents = await startAgents(DEVICES)
    // Long for those that live, so that a slow machine is no reason; short for the one that dies.
    const windowOf = (index: number) => (index === 0 ? 5 : 60)
    const [killed = '', ...alive] = await addDevices(installation, agents, windowOf)
    await eventually('values of every device', async () => (await api.states()).up === DEVICES)

    agents[0]?.fault('silent')
    const killedAt: string[] = []
    for (let count = 0; count < kills; count += 1) killedAt.push(await killOnce(installation, random))
    const written = await caughtUp(installation, gatewayId)
    await eventually(
      'the ticket of the dead device',
      async () => (await api.tickets()).some((one) => one.deviceId === killed),
      60_000,
    )

    const spooled = spooledBatches(spoolFile).slice(0, written)
    const journalled = journalledBatches(recordsFile)
    expect(spooled.map((batch) => batch.place)).toEqual(spooled.map((_, index) => `1/${index + 1}`))
    expect(journalled.slice(0, written), killedAt.join(' ')).toEqual(spooled)
    expect(new Set(journalled.map((batch) => batch.place)).size).toBe(journalled.length)
    expect(quarantined(recordsFile)).toEqual([])
    expect((await api.gateway(gatewayId)).refused).toEqual({})

    for (const [series, times] of sampleTimes(spooled)) {
      const [id = '', metric = ''] = series.split(' ')
      if (id === gatewayId) continue
      const query = `metric=${metric}&from=${iso(times[0])}&to=${iso(times.at(-1), 1)}&points=5000`
      const { at } = await api.get<Samples>(`/devices/${id}/samples?${query}`)
      expect(at, series).toEqual(times)
    }

    const tickets = await api.tickets()
    expect(await stories(api, killed)).toEqual([expect.stringMatching(/^silent/)])
    expect(tickets.filter((ticket) => alive.includes(ticket.deviceId ?? ''))).toEqual([])
    expect(everSilent(recordsFile)).toEqual([killed])
    expect(notices(recordsFile)).toEqual(ticketEvents(recordsFile))
  },
  60_000 + kills * 30_000,
)

/** What every ticket of a device has been through, one line each. */
async function stories(api: ApiClient, deviceId: string): Promise<string[]> {
  const own = (await api.tickets()).filter((ticket) => ticket.deviceId === deviceId)
  const whole = await Promise.all(own.map((ticket) => api.ticket(ticket.id)))
  return whole.map(({ cause, state, events }) =>
    [cause, state, ...events.map((event) => `${event.at} ${event.kind}: ${event.text}`)].join(' | '),
  )
}

const iso = (at = 0, laterMs = 0): string => new Date(at + laterMs).toISOString()
