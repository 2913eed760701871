/**
 * Times of a device's entries strictly increase, or two samples would be one. Only the border of two spans where the clock was
 * corrected backwards may take them back: otherwise a device would stand still in the future until the true time caught up.
 */
export class Stamps {
  readonly #last = new Map<string, number>()

  next(id: string, now: number): number {
    const stamp = Math.max(now, (this.#last.get(id) ?? 0) + 1)
    this.#last.set(id, stamp)
    return stamp
  }

  forget(id: string): void {
    this.#last.delete(id)
  }

  forgetAll(): void {
    this.#last.clear()
  }
}
