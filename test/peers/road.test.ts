import { expect, test } from 'vitest'
import type { Ticket, TicketSummary } from '../../contract/api/tickets.ts'
import { describeWithPeers } from '../suites/peers.ts'
import { otherPeoplesDevices, type Subject } from './road-subjects.ts'
import { mosquittoPeer, type SitePeer, startDetector } from './site-peers.ts'
import { WatchedSite, watched } from './watched-site.ts'

const WINDOW_MS = watched.silenceWindowS * 1_000
const LATE_AT_MOST_MS = 1_000
/** The gateway's clock follows the server's to within a message's way there and back. */
const CLOCKS_DIFFER_MS = 50

const ms = (time: string | null | undefined): number => Date.parse(time ?? '')
const kinds = (ticket: Ticket | undefined) => ticket?.events.map((event) => event.kind)

/** A subject that has been added. */
interface Added extends Subject {
  id: string
}

const addAll = (site: WatchedSite, subjects: readonly Subject[]): Promise<Added[]> =>
  Promise.all(subjects.map(async (subject) => ({ ...subject, id: await site.add(subject.device) })))

const allUp = (site: WatchedSite): Promise<void> =>
  site.untilDevices('every device is up', (devices) => devices.every(({ state }) => state === 'up'))

const allWell = (site: WatchedSite): Promise<void> =>
  site.untilDevices('every fault is over', (devices) =>
    devices.every(({ openConditions }) => openConditions === 0),
  )

async function expectValues(site: WatchedSite, { id, device, values }: Added): Promise<void> {
  const arrived = await site.values(id)
  expect(arrived, device.name).toMatchObject(values)
  for (const [metric, value] of Object.entries(values)) {
    const { at, mean, raw } = await site.samples(id, metric)
    expect(raw, device.name).toBe(true)
    expect(mean, `${device.name} ${metric}`).toEqual(mean.map(() => value))
    expect(at.length, `${device.name} ${metric}`).toBeGreaterThan(0)
    expect(at, `${device.name} ${metric}`).toEqual(at.toSorted((a, b) => a - b))
  }
}

/** Answers how long after the device's deadline its ticket was opened. */
async function expectTicket(
  site: WatchedSite,
  ticket: Ticket | undefined,
  { id, device, title, evidence }: Added,
): Promise<number> {
  expect(ticket).toMatchObject({ state: 'new', cause: 'silent', title: `${device.name} is silent: ${title}` })
  expect(ticket?.events[0]?.text).toMatch(evidence)
  const { state, lastEvidenceAt } = await site.api.device(id)
  expect(state).toBe('down')
  expect(ticket?.faultSince).toBe(lastEvidenceAt)
  const lateMs = ms(ticket?.openedAt) - (ms(lastEvidenceAt) + WINDOW_MS)
  expect(lateMs, device.name).toBeGreaterThanOrEqual(-CLOCKS_DIFFER_MS)
  expect(lateMs, device.name).toBeLessThanOrEqual(LATE_AT_MOST_MS)
  return lateMs
}

/** Waits until every ticket but the touched one has resolved itself, and gives them with what they had promised before. */
async function recoveries(site: WatchedSite, touchedId: string) {
  const promised = new Map<string, string>()
  const tickets = await site.untilTickets('the tickets resolve themselves', (all) => {
    for (const { id, resolvesItselfAt } of all)
      if (resolvesItselfAt !== null) promised.set(id, resolvesItselfAt)
    return all.every(({ id, state }) => id === touchedId || state === 'resolved')
  })
  return tickets.map((ticket) => ({ ticket, promised: promised.get(ticket.id) }))
}

describeWithPeers(
  ['snmpd', 'snmpsimd', 'mosquitto', 'mosquitto_pub'],
  'the whole road with devices of other people',
  (programs) => {
    test('brings their values, one ticket in time for each that dies, and the end of it when it is back', async (context) => {
      const devices = await otherPeoplesDevices(programs)
      if (!devices)
        return context.skip('the recordings are not here: STILLWATCH_TEST_DATA names their folder')
      const site = await WatchedSite.start()
      const added = await addAll(site, devices.subjects)
      await allUp(site)
      for (const subject of added) await expectValues(site, subject)

      await devices.die()
      const opened = await site.untilTickets(
        'a ticket for each device',
        (tickets) => tickets.length >= added.length,
      )
      const ticketOf = (id: string) => opened.find(({ deviceId }) => deviceId === id)
      const late: number[] = []
      for (const subject of added) late.push(await expectTicket(site, ticketOf(subject.id), subject))
      console.log(`Tickets opened after their deadlines by ${late.join(', ')} ms.`)

      const touchedId = ticketOf(added[0]?.id ?? '')?.id ?? ''
      await site.api.post(`/tickets/${touchedId}/comments`, { text: 'I am on my way.' })
      await devices.comeBack()
      for (const { ticket, promised } of await recoveries(site, touchedId)) {
        if (ticket.id === touchedId || ticket.deviceId === null) continue
        expect(kinds(ticket)).toEqual(['opened', 'answers_again', 'transition'])
        expect(ms(ticket.resolvedAt)).toBeGreaterThanOrEqual(ms(promised) - CLOCKS_DIFFER_MS)
      }
      await allWell(site)
      const touched = await site.api.ticket(touchedId)
      expect(touched).toMatchObject({ state: 'new', resolvesItselfAt: null })
      expect(kinds(touched)).toEqual(['opened', 'comment', 'answers_again'])
      const withTicket = (await site.api.tickets()).map(({ deviceId }) => deviceId)
      expect(withTicket.toSorted()).toEqual(added.map(({ id }) => id).toSorted())
    })
  },
)

describeWithPeers(['mosquitto', 'mosquitto_pub'], 'a site broker', ({ mosquitto, mosquitto_pub }) => {
  const detector = (broker: SitePeer, name: string) => ({
    ...{ ...watched, name, kind: 'detector' as const, address: '127.0.0.1' },
    drivers: {
      mqtt: { topic: `site/${name}`, broker: `mqtt://127.0.0.1:${broker.port}`, offlinePayload: 'offline' },
    },
  })

  test('that dies is one ticket about itself; nobody calls the devices behind it silent', async () => {
    const [site, broker] = await Promise.all([WatchedSite.start(), mosquittoPeer(mosquitto)])
    const running = await broker.start()
    for (const name of ['door', 'window', 'hall']) {
      startDetector(mosquitto_pub, broker, { topic: `site/${name}`, says: { battery_percent: 90 } })
      await site.add(detector(broker, name))
    }
    await allUp(site)

    await running.kill()
    const killedAt = Date.now()
    const isOpen = ({ state }: TicketSummary) => state === 'new'
    const [ticket] = await site.untilTickets('a ticket', (all) => all.some(isOpen))
    expect(ticket).toMatchObject({ deviceId: null, gatewayId: site.gatewayId, state: 'new' })
    expect(ticket?.cause).toMatch(/^ear_deaf/)
    expect(ticket?.events[0]?.text).toContain(String(broker.port))
    await site.watchedUntil(killedAt + WINDOW_MS + 2_000)
    expect((await site.api.tickets()).filter(isOpen)).toHaveLength(1)

    await broker.start()
    await site.untilTickets('the ticket resolves itself', (all) => !all.some(isOpen))
    await allUp(site)
    expect(await site.api.tickets()).toHaveLength(1)
  })
})
