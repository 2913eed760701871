import type { DeviceSummary } from '@stillwatch/contract/api/devices.ts'
import type { Gateway } from '@stillwatch/contract/api/gateways.ts'
import type { TicketSummary } from '@stillwatch/contract/api/tickets.ts'
import { type Clock, SECOND_MS } from '@stillwatch/contract/time.ts'
import type { Logger } from 'pino'
import { type LiveViewer, parcels } from './audience.ts'
import {
  type DoorDeps,
  type LiveServer,
  type LiveSocket,
  openDoor,
  recheck,
  socketsOf,
  turnOut,
} from './door.ts'
import { type Changes, Pending, type WatchedValues } from './pending.ts'
import { WatchLists } from './watch-lists.ts'

export interface LiveDeps extends DoorDeps {
  clock: Clock
  log: Pick<Logger, 'error'>
  /** Those of the devices that this person may see. */
  visibleDevices(viewer: LiveViewer, deviceIds: readonly string[]): Promise<string[]>
  /** The tenant of each of these sites. */
  tenantsOf(siteIds: readonly string[]): Promise<Map<string, string>>
  devices(ids: readonly string[]): Promise<DeviceSummary[]>
  deviceForOwner(device: DeviceSummary): DeviceSummary
  tickets(ids: readonly string[]): Promise<TicketSummary[]>
  gateways(ids: readonly string[]): Promise<Gateway[]>
}

export interface LivePush {
  /** These changed or are gone: whoever may see them is told within 200 ms, of each the latest. */
  changed(changes: Changes): void
  /** New values, for whoever watches their device. */
  samples(values: readonly WatchedValues[]): void
  /** What this person may see changed, or their sessions ended: their connections are looked at now. */
  accessChanged(accountId: string): void
  /** How many are connected now. */
  readonly connections: number
  close(): void
}

const FLUSH_EVERY_MS = 200
const TICK_EVERY_MS = 5 * SECOND_MS
const ITEMS_PER_MESSAGE = 200
/** Packets waiting for a browser. One that is behind gets no values; one that is lost is cut off, reconnects and asks the API anew. */
const BEHIND_PACKETS = 4
const LOST_PACKETS = 100

/** The live push: rooms by site and role, of everything the latest, nothing kept for those who cannot keep up. */
export class Live implements LivePush {
  readonly #deps: LiveDeps
  readonly #io: LiveServer
  readonly #watch: WatchLists
  #pending = new Pending()
  #cancelFlush: (() => void) | null = null
  #cancelTick: () => void
  #closed = false

  constructor(deps: LiveDeps) {
    this.#deps = deps
    this.#watch = new WatchLists(deps)
    this.#io = openDoor(deps)
    this.#io.on('connection', (socket) => this.#connected(socket))
    this.#cancelTick = deps.clock.timer(TICK_EVERY_MS, () => this.#tick())
  }

  changed(changes: Changes): void {
    if (this.connections === 0) return
    this.#pending.add(changes)
    this.#flushSoon()
  }

  samples(values: readonly WatchedValues[]): void {
    for (const value of values) {
      if (!this.#watch.isWatched(value.deviceId)) continue
      this.#pending.addValues(value)
      this.#flushSoon()
    }
  }

  accessChanged(accountId: string): void {
    this.#recheck(socketsOf(this.#io).filter(({ data }) => data.viewer.accountId === accountId))
  }

  get connections(): number {
    return this.#io.of('/').sockets.size
  }

  close(): void {
    this.#closed = true
    this.#cancelTick()
    this.#cancelFlush?.()
    // Not the whole socket.io server: that would close the HTTP server too, which is not ours.
    for (const socket of socketsOf(this.#io)) turnOut(socket)
    this.#io.engine.close()
  }

  #connected(socket: LiveSocket): void {
    const { id, data } = socket
    socket.on('watch', (message) => {
      this.#watch.ask(id, data.viewer, message).catch((error: unknown) => {
        this.#deps.log.error({ err: error }, 'A watch list could not be looked up.')
      })
    })
    socket.on('disconnect', () => this.#watch.forget(id))
    socket.emit('time', this.#deps.clock.now())
  }

  #tick(): void {
    this.#io.emit('time', this.#deps.clock.now())
    this.#recheck(socketsOf(this.#io))
    this.#cancelTick = this.#deps.clock.timer(TICK_EVERY_MS, () => this.#tick())
  }

  #recheck(sockets: readonly LiveSocket[]): void {
    recheck(sockets, (token) => this.#deps.viewerOf(token)).catch((error: unknown) => {
      // Who cannot be checked is not trusted.
      this.#deps.log.error({ err: error }, 'Sessions of live connections could not be looked up.')
      sockets.forEach(turnOut)
    })
  }

  #flushSoon(): void {
    if (this.#closed) return
    this.#cancelFlush ??= this.#deps.clock.timer(FLUSH_EVERY_MS, () => void this.#flush())
  }

  async #flush(): Promise<void> {
    const pending = this.#pending
    this.#pending = new Pending()
    try {
      for (const socket of socketsOf(this.#io)) if (socket.data.waiting > LOST_PACKETS) turnOut(socket)
      this.#pushValues(pending)
      await this.#pushChanges(pending)
    } catch (error) {
      // Nobody can tell what they missed: all reconnect and ask anew.
      this.#deps.log.error({ err: error }, 'Live changes could not be read.')
      socketsOf(this.#io).forEach(turnOut)
    }
    // Only now may the next flush be planned: two at once could overtake each other.
    this.#cancelFlush = null
    if (!this.#pending.isEmpty) this.#flushSoon()
  }

  #pushValues({ values }: Pending): void {
    if (values.size === 0) return
    for (const socket of socketsOf(this.#io)) {
      if (socket.data.waiting > BEHIND_PACKETS) continue
      const watched = this.#watch.valuesFor(socket.id, values)
      if (watched.length > 0) socket.emit('samples', watched)
    }
  }

  async #pushChanges({ devices, gone, tickets, gateways }: Pending): Promise<void> {
    const changedDevices = await read(devices, this.#deps.devices)
    const changedTickets = await read(tickets, this.#deps.tickets)
    const changedGateways = await read(gateways, this.#deps.gateways)
    if (this.#closed) return
    const all = [...changedDevices, ...changedTickets, ...changedGateways]
    const tenants = await this.#deps.tenantsOf([...new Set(all.map(({ siteId }) => siteId))])

    // First: a device that moved to another site is gone for some and changed for others.
    const found = new Set(changedDevices.map(({ id }) => id))
    for (const id of devices) if (!found.has(id)) gone.add(id)
    if (gone.size > 0) this.#io.emit('devicesGone', [...gone])

    const same = <T>(thing: T): T => thing
    this.#toRooms(changedDevices, tenants, this.#deps.deviceForOwner, (room, items) =>
      room.emit('devices', items),
    )
    this.#toRooms(changedTickets, tenants, same, (room, items) => room.emit('tickets', items))
    this.#toRooms(changedGateways, tenants, same, (room, items) => room.emit('gateways', items))
  }

  #toRooms<T extends { siteId: string }>(
    things: readonly T[],
    tenants: ReadonlyMap<string, string>,
    forOwner: (thing: T) => T,
    send: (room: ReturnType<LiveServer['to']>, items: T[]) => void,
  ): void {
    const { rooms } = this.#io.of('/').adapter
    for (const { room, items } of parcels(things, tenants, (name) => rooms.has(name), forOwner)) {
      for (let from = 0; from < items.length; from += ITEMS_PER_MESSAGE) {
        send(this.#io.to(room), items.slice(from, from + ITEMS_PER_MESSAGE))
      }
    }
  }
}

async function read<T>(
  ids: ReadonlySet<string>,
  from: (ids: readonly string[]) => Promise<T[]>,
): Promise<T[]> {
  return ids.size === 0 ? [] : from([...ids])
}
