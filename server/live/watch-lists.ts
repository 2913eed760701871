import type { LiveViewer } from './audience.ts'
import type { WatchedValues } from './pending.ts'

const MAX_WATCHED = 200
const MAX_ID_LENGTH = 64

export interface WatchDeps {
  /** Those of the devices that this person may see. */
  visibleDevices(viewer: LiveViewer, deviceIds: readonly string[]): Promise<string[]>
}

/** Which connection watches which devices: at most 200 each, and only what its person may see. */
export class WatchLists {
  readonly #deps: WatchDeps
  readonly #byConnection = new Map<string, readonly string[]>()
  readonly #watchers = new Map<string, number>()
  /** The newest list of each connection that has not been looked up to the end. */
  readonly #asked = new Map<string, readonly string[]>()

  constructor(deps: WatchDeps) {
    this.#deps = deps
  }

  /** Replaces the list of a connection. While one is looked up only the newest of the following is kept; what is no list is ignored. */
  async ask(connectionId: string, viewer: LiveViewer, message: unknown): Promise<void> {
    const asked = watchRequest(message)
    if (!asked) return
    const isBusy = this.#asked.has(connectionId)
    this.#asked.set(connectionId, asked)
    if (isBusy) return
    try {
      for (let next = this.#asked.get(connectionId); next; ) {
        const visible = await this.#deps.visibleDevices(viewer, next)
        const newest = this.#asked.get(connectionId)
        if (newest === next) this.#replace(connectionId, visible)
        next = newest === next ? undefined : newest
      }
    } finally {
      this.#asked.delete(connectionId)
    }
  }

  forget(connectionId: string): void {
    this.#asked.delete(connectionId)
    this.#replace(connectionId, [])
  }

  isWatched(deviceId: string): boolean {
    return this.#watchers.has(deviceId)
  }

  /** The values among these that a connection watches. */
  valuesFor(connectionId: string, values: ReadonlyMap<string, WatchedValues>): WatchedValues[] {
    const watched = this.#byConnection.get(connectionId) ?? []
    return watched.flatMap((id) => values.get(id) ?? [])
  }

  #replace(connectionId: string, deviceIds: readonly string[]): void {
    for (const id of this.#byConnection.get(connectionId) ?? []) this.#count(id, -1)
    for (const id of deviceIds) this.#count(id, 1)
    if (deviceIds.length > 0) this.#byConnection.set(connectionId, deviceIds)
    else this.#byConnection.delete(connectionId)
  }

  #count(deviceId: string, by: 1 | -1): void {
    const watchers = (this.#watchers.get(deviceId) ?? 0) + by
    if (watchers > 0) this.#watchers.set(deviceId, watchers)
    else this.#watchers.delete(deviceId)
  }
}

function watchRequest(message: unknown): string[] | undefined {
  if (!Array.isArray(message) || message.length > MAX_WATCHED) return undefined
  const isId = (id: unknown): id is string => typeof id === 'string' && id.length <= MAX_ID_LENGTH
  return message.every(isId) ? [...new Set(message)] : undefined
}
