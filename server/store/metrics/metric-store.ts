/** One value of one series. Times are UTC milliseconds and strictly increase per series as the gateway sends them. */
export interface Point {
  at: number
  value: number
}

/** A bucket of a down-sampled read. `at` is the start of the bucket. */
export interface BucketPoint {
  at: number
  min: number
  max: number
  mean: number
  count: number
}

export interface SeriesRange {
  deviceId: string
  metric: string
  /** Inclusive. */
  from: number
  /** Exclusive. */
  to: number
}

export interface SeriesInfo {
  metric: string
  firstAt: number
  lastAt: number
  last: number
}

/**
 * Where samples live. Every store is a projection of the journal with its own cursor: `append` is called after the commit, in
 * journal order, and again after a crash for every row the store has not made durable by itself; it must not count anything twice.
 */
export interface MetricStore {
  /**
   * Takes one entry of a journal row; a row may bring several. Called in ascending `rowId` order; a row at or below a series' own
   * cursor is ignored for it. A row counts as whole once a later one begins or the store is closed.
   */
  append(rowId: number, deviceId: string, at: number, samples: Readonly<Record<string, number>>): void
  /** Raw points, by time. When two sources hold the same time the later one wins. */
  points(range: SeriesRange): Promise<Point[]>
  /**
   * At most `buckets` equal buckets over the range, empty ones left out. Only samples in the range count; buckets of 15 min and
   * more are whole quarter hours, so the first may begin up to 15 min before `from`.
   */
  buckets(range: SeriesRange, buckets: number): Promise<BucketPoint[]>
  /** Every metric ever seen of a device. */
  series(deviceId: string): Promise<SeriesInfo[]>
  /** The latest value of each metric of each of these devices. */
  last(deviceIds: readonly string[]): Promise<Map<string, Record<string, Point>>>
  /** Forgets a device's series. */
  drop(deviceId: string): Promise<void>
  /** The highest journal row whose samples are all durable in the store itself: journal rows above it must be kept. Trails the newest row. */
  durableThrough(): number
  /** Seals, checkpoints and forgets what is due; called often, each step short. */
  maintain(now: number): Promise<void>
  close(): Promise<void>
}
