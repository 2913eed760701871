import type { GatewayConfig } from '@stillwatch/contract/device.ts'
import type { ConfigVersion } from '@stillwatch/contract/road.ts'
import type { Logger } from 'pino'
import { keepDeviceList, readDeviceList } from './cache.ts'

export interface ListInForceOptions {
  dataDir: string
  log: Logger
  /** Makes the watched devices those of the list. */
  apply: (list: GatewayConfig) => void
  /** Writes down what was collected so far: a batch belongs to one list. */
  flush: () => void
}

/** Which device list this gateway works by, kept for a start without a server. */
export class ListInForce {
  readonly #options: ListInForceOptions
  #version: ConfigVersion = { generation: 0, version: 0 }

  constructor(options: ListInForceOptions) {
    this.#options = options
  }

  get version(): ConfigVersion {
    return this.#version
  }

  /** Takes up the list of the last start, if there is one. */
  restore(): void {
    const list = readDeviceList(this.#options.dataDir)
    if (list) this.#enforce(list)
  }

  /** A list from the server. The one that is in force already changes nothing. */
  take(list: GatewayConfig): void {
    const { dataDir, flush } = this.#options
    const { generation, version } = list.configVersion
    if (generation === this.#version.generation && version === this.#version.version) return
    keepDeviceList(dataDir, list)
    flush()
    this.#enforce(list)
    flush()
  }

  #enforce(list: GatewayConfig): void {
    this.#version = list.configVersion
    this.#options.apply(list)
    this.#options.log.info(
      { ...list.configVersion, devices: list.devices.length },
      'the device list is in force',
    )
  }
}
