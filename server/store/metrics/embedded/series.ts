import { Head } from './head.ts'

/** What the store keeps in memory of one metric of one device. */
export class Series {
  readonly deviceId: string
  readonly metric: string
  readonly head = new Head()
  /** Undefined until it is saved for the first time. */
  id: number | undefined
  /** Every sample of journal rows up to here is saved; the same rows replayed are ignored. */
  upto: number
  /** The oldest journal row with a sample that is not saved; undefined when there is none. */
  unsavedFrom: number | undefined
  /** The newest time in any chunk. */
  sealedThrough: number | undefined
  firstAt = Number.POSITIVE_INFINITY
  lastAt = Number.NEGATIVE_INFINITY
  last = Number.NaN
  /** Set when its device is dropped while a save may still be on its way. */
  dropped = false

  constructor(deviceId: string, metric: string, upto: number) {
    this.deviceId = deviceId
    this.metric = metric
    this.upto = upto
  }

  take(rowId: number, at: number, value: number): void {
    this.head.push(rowId, at, value)
    this.unsavedFrom ??= rowId
    if (at >= this.lastAt) {
      this.lastAt = at
      this.last = value
    }
    if (at < this.firstAt) this.firstAt = at
  }
}

/** Every series by device and metric. */
export class SeriesIndex {
  readonly #devices = new Map<string, Map<string, Series>>()

  ofDevice(deviceId: string): ReadonlyMap<string, Series> | undefined {
    return this.#devices.get(deviceId)
  }

  get(deviceId: string, metric: string): Series | undefined {
    return this.#devices.get(deviceId)?.get(metric)
  }

  add(series: Series): Series {
    let device = this.#devices.get(series.deviceId)
    if (!device) {
      device = new Map()
      this.#devices.set(series.deviceId, device)
    }
    device.set(series.metric, series)
    return series
  }

  /** Forgets a device, and marks its series so that nothing saves them any more. */
  remove(deviceId: string): void {
    for (const series of this.#devices.get(deviceId)?.values() ?? []) series.dropped = true
    this.#devices.delete(deviceId)
  }

  *all(): Generator<Series> {
    for (const device of this.#devices.values()) yield* device.values()
  }
}
