export interface Changes {
  deviceIds?: readonly string[]
  goneDeviceIds?: readonly string[]
  ticketIds?: readonly string[]
  gatewayIds?: readonly string[]
}

export interface WatchedValues {
  deviceId: string
  /** UTC ms. */
  at: number
  samples: Record<string, number>
}

/** What has changed since the last push: every thing once, however often it changed. */
export class Pending {
  readonly devices = new Set<string>()
  readonly gone = new Set<string>()
  readonly tickets = new Set<string>()
  readonly gateways = new Set<string>()
  readonly values = new Map<string, WatchedValues>()

  add({ deviceIds = [], goneDeviceIds = [], ticketIds = [], gatewayIds = [] }: Changes): void {
    for (const id of deviceIds) this.devices.add(id)
    for (const id of goneDeviceIds) {
      this.gone.add(id)
      // It may only have gone to another site: who sees that one is told how it is, after all have forgotten it.
      this.devices.add(id)
    }
    for (const id of ticketIds) this.tickets.add(id)
    for (const id of gatewayIds) this.gateways.add(id)
  }

  get isEmpty(): boolean {
    const { devices, gone, tickets, gateways, values } = this
    return [devices, gone, tickets, gateways, values].every(({ size }) => size === 0)
  }

  /** Of each metric the latest value is kept. */
  addValues({ deviceId, at, samples }: WatchedValues): void {
    const before = this.values.get(deviceId)
    if (!before) this.values.set(deviceId, { deviceId, at, samples: { ...samples } })
    else if (at >= before.at) {
      before.at = at
      Object.assign(before.samples, samples)
    } else before.samples = { ...samples, ...before.samples }
  }
}
