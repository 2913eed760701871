import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Device, DeviceSummary, NewDevice, Samples, SeriesList } from '../../contract/api/devices.ts'
import type { Ticket, TicketSummary } from '../../contract/api/tickets.ts'
import { eventually } from '../fakes/eventually.ts'
import { temporaryDirectory } from '../fakes/temporary-directory.ts'
import { ApiClient } from '../road/api-client.ts'
import { type Program, startGatewayProgram, startServerProgram } from './programs.ts'

/** As short as a busy machine allows: asked every 2 s, silent after 6 s, well again after 4 s. */
export const watched = { intervalS: 2, silenceWindowS: 6, recoveryHoldS: 4 }

export type NewSiteDevice = Omit<NewDevice, 'siteId' | 'gatewayId'>

const names = { site: 'Harbour', gateway: 'Cellar' }

/** A site with one gateway, to be enrolled with the code. */
export async function addSiteAndGateway(
  api: ApiClient,
): Promise<{ siteId: string; gatewayId: string; code: string }> {
  const { id: siteId } = await api.post<{ id: string }>('/sites', { name: names.site, timeZone: 'UTC' })
  const added = await api.post<{ id: string; enrolmentCode: string }>(`/sites/${siteId}/gateways`, {
    name: names.gateway,
  })
  return { siteId, gatewayId: added.id, code: added.enrolmentCode }
}

/** Adds devices to that gateway, all at once from a CSV file. `columns` are those of the file from `name` on. */
export async function importDevices(
  api: ApiClient,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): Promise<void> {
  const header = ['site', 'gateway', ...columns]
  const lines = rows.map((row) => [names.site, names.gateway, ...row])
  const csv = [header, ...lines].map((cells) => cells.join(',')).join('\n')
  const { errors } = await api.post<{ errors: unknown[] }>('/devices/import', { csv, dryRun: false })
  if (errors.length > 0) throw new Error(`The devices were not taken: ${JSON.stringify(errors[0])}`)
}

/** A server and a gateway as two processes of their own, joined as their user joins them: over the API and with a code. */
export class WatchedSite {
  readonly api: ApiClient
  readonly server: Program
  readonly gateway: Program
  /** Where the server keeps its data. */
  readonly serverDir: string
  readonly siteId: string
  readonly gatewayId: string

  private constructor(
    about: Pick<WatchedSite, 'api' | 'server' | 'gateway' | 'serverDir' | 'siteId' | 'gatewayId'>,
  ) {
    this.api = about.api
    this.server = about.server
    this.gateway = about.gateway
    this.serverDir = about.serverDir
    this.siteId = about.siteId
    this.gatewayId = about.gatewayId
  }

  static async start(): Promise<WatchedSite> {
    const directory = temporaryDirectory()
    const serverDir = join(directory, 'server')
    const server = await startServerProgram(serverDir)
    const url = String(server.ready.url)
    const api = new ApiClient(() => url)
    await api.signIn()
    const { siteId, gatewayId, code } = await addSiteAndGateway(api)
    const dataDir = join(directory, 'gateway')
    mkdirSync(dataDir)
    const gateway = await startGatewayProgram(dataDir, { server: url, code })
    await eventually(
      'the gateway is connected',
      async () => (await api.gateway(gatewayId)).link === 'connected',
    )
    return new WatchedSite({ api, server, gateway, serverDir, siteId, gatewayId })
  }

  /** Adds a device and gives its id. */
  async add(device: NewSiteDevice): Promise<string> {
    const added = await this.api.post<Device>('/devices', {
      siteId: this.siteId,
      gatewayId: this.gatewayId,
      ...device,
    })
    return added.id
  }

  /** The newest value of each of a device's series. */
  async values(deviceId: string): Promise<Record<string, number>> {
    const { items } = await this.api.get<SeriesList>(`/devices/${deviceId}/series`)
    return Object.fromEntries(items.map(({ metric, last }) => [metric, last]))
  }

  /** Everything one series holds of the last minutes. */
  samples(deviceId: string, metric: string): Promise<Samples> {
    const from = new Date(Date.now() - 600_000).toISOString()
    const to = new Date(Date.now() + 60_000).toISOString()
    return this.api.get(`/devices/${deviceId}/samples?metric=${metric}&from=${from}&to=${to}`)
  }

  /** Looks at the list of tickets, no more often than the API allows one caller, until it is as wanted. */
  async untilTickets(what: string, look: (tickets: readonly TicketSummary[]) => boolean): Promise<Ticket[]> {
    const seen = await slowly(what, async () => {
      const tickets = await this.api.tickets()
      return look(tickets) && tickets
    })
    return Promise.all(seen.map(({ id }) => this.api.ticket(id)))
  }

  /** The same for devices. */
  async untilDevices(what: string, look: (devices: readonly DeviceSummary[]) => boolean): Promise<void> {
    await slowly(what, async () => {
      const { items } = await this.api.get<{ items: DeviceSummary[] }>('/devices?limit=500')
      return look(items)
    })
  }

  /** Until the gateway vouches for having watched that long; devices could have been called silent by then. */
  async watchedUntil(at: number): Promise<void> {
    await slowly('the gateway has watched long enough', async () => {
      const { watermark } = await this.api.gateway(this.gatewayId)
      return Date.parse(watermark ?? '') > at
    })
  }
}

const LOOK_EVERY_MS = 200

async function slowly<T>(what: string, look: () => Promise<T | false>): Promise<T> {
  return eventually(
    what,
    async () => {
      const seen = await look()
      if (seen === false) await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
      return seen
    },
    60_000,
  )
}
