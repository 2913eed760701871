import type { DeviceSummary } from './api/devices.ts'
import type { Gateway } from './api/gateways.ts'
import type { TicketSummary } from './api/tickets.ts'

/**
 * Live push over socket.io, path `/live`, authenticated like the API. A browser joins the rooms of its sites and role by itself; values
 * are sent only for devices it has said it watches. On reconnect a browser forgets its cache and asks the API again.
 */
export interface ServerToBrowser {
  /** Devices whose summary changed. Coalesced: the latest of each. */
  devices(changed: DeviceSummary[]): void
  devicesGone(ids: string[]): void
  tickets(changed: TicketSummary[]): void
  gateways(changed: Gateway[]): void
  /** Latest values of watched devices. */
  samples(values: { deviceId: string; at: number; samples: Record<string, number> }[]): void
  /** Server time, UTC ms, every 5 s: ages are counted from it. */
  time(now: number): void
}

export interface BrowserToServer {
  /** Replaces the set of devices whose values this page shows; at most 200. */
  watch(deviceIds: string[]): void
}
