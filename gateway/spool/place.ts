/** Where a batch stands in its epoch. `prev` is absent on the first of an epoch and after a gap. */
export interface Place {
  epoch: number
  seq: number
  prev?: string
}

/** New wire bytes for a batch at its new place. */
export type Replace = (body: Uint8Array, place: Place) => Uint8Array
