interface Alarm {
  watched: number
  deviceId: string
}

/**
 * When to look at which device next, on one gateway's watch clock. One alarm a device; evidence does not touch it: a device that has
 * answered meanwhile is looked at, found well and given a later alarm. So the cost of a batch does not depend on the size of the fleet.
 */
export class Deadlines {
  readonly #heap: Alarm[] = []
  readonly #earliest = new Map<string, number>()

  /** Looks at the device no later than `watched`. An earlier alarm that is already set stays. */
  set(deviceId: string, watched: number): void {
    const current = this.#earliest.get(deviceId)
    if (current !== undefined && current <= watched) return
    this.#earliest.set(deviceId, watched)
    this.#push({ watched, deviceId })
  }

  forget(deviceId: string): void {
    this.#earliest.delete(deviceId)
  }

  /** Takes every device whose alarm is due, in order of time. */
  takeDue(watched: number): string[] {
    const due: string[] = []
    for (let first = this.#heap[0]; first && first.watched <= watched; first = this.#heap[0]) {
      this.#pop()
      if (this.#earliest.get(first.deviceId) !== first.watched) continue
      this.#earliest.delete(first.deviceId)
      due.push(first.deviceId)
    }
    return due
  }

  #push(alarm: Alarm): void {
    const heap = this.#heap
    let index = heap.push(alarm) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = heap[parent] as Alarm
      if (above.watched <= alarm.watched) break
      heap[index] = above
      index = parent
    }
    heap[index] = alarm
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop() as Alarm
    if (heap.length === 0) return
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && (heap[child + 1] as Alarm).watched < (heap[child] as Alarm).watched)
        child += 1
      if ((heap[child] as Alarm).watched >= last.watched) break
      heap[index] = heap[child] as Alarm
      index = child
    }
    heap[index] = last
  }
}
