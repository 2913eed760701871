import Type, { type Static } from 'typebox'
import { FactName, FactValue, MetricName } from './sample.ts'

/**
 * What travels between a gateway and the server (road-protocol, sections 1 and 2).
 * Times are UTC milliseconds of the gateway's disciplined clock unless said otherwise.
 */

/** Bumped when an older peer could misread a message; a peer with another version is refused with a sentence. */
export const WIRE_VERSION = 1

/** Bytes of one message body as sent. */
export const FRAME_CAP_BYTES = 1024 * 1024
/** Bytes of a frame from a connection that has not authenticated yet. */
export const UNAUTHENTICATED_FRAME_CAP_BYTES = 4 * 1024
/** Bytes of a body after inflating. */
export const INFLATE_CAP_BYTES = 4 * 1024 * 1024
/** A body longer than this is deflated. */
export const DEFLATE_FROM_BYTES = 1024

const Time = Type.Integer({ minimum: 0, maximum: 8_640_000_000_000_000 })
const Counter = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER })
const Id = Type.String({ minLength: 1, maxLength: 64 })
/** First 16 hex digits of the SHA-256 of a batch body as sent. */
export const BodyHash = Type.String({ pattern: '^[0-9a-f]{16}$' })

/** A device list is known by the server generation that made it (bumped by a restore) and its number there. */
export const ConfigVersion = Type.Object({ generation: Counter, version: Counter })
export type ConfigVersion = Static<typeof ConfigVersion>

/** Why a check got no good answer. The first five leave a device silent, the rest prove that it lives. */
export const checkReasons = [
  'timeout',
  'connection_refused',
  'host_unreachable',
  'name_not_found',
  'reported_offline',
  'credentials_refused',
  'protocol_error',
  'unsupported',
] as const
export type CheckReason = (typeof checkReasons)[number]

export const CheckResult = Type.Object({
  check: Type.String({ minLength: 1, maxLength: 32 }),
  at: Time,
  ok: Type.Boolean(),
  reason: Type.Optional(Type.Enum([...checkReasons])),
  /** One short sentence for people: what was asked and what came back. */
  detail: Type.Optional(Type.String({ maxLength: 300 })),
  tookMs: Type.Number({ minimum: 0 }),
})
export type CheckResult = Static<typeof CheckResult>

export const DeviceEvent = Type.Object({
  kind: Type.String({ minLength: 1, maxLength: 64 }),
  at: Time,
  data: Type.Optional(
    Type.Record(
      Type.String({ maxLength: 64 }),
      Type.Union([Type.String({ maxLength: 512 }), Type.Number(), Type.Boolean()]),
    ),
  ),
})
export type DeviceEvent = Static<typeof DeviceEvent>

/** What one device said, at one time. */
export const BatchEntry = Type.Object({
  id: Id,
  t: Time,
  /** When the device last proved alive: a genuine answer or message, never a retained or cached one. */
  evidenceAt: Type.Optional(Time),
  samples: Type.Optional(Type.Record(MetricName, Type.Number(), { additionalProperties: false })),
  facts: Type.Optional(Type.Record(FactName, FactValue, { additionalProperties: false })),
  events: Type.Optional(Type.Array(DeviceEvent, { maxItems: 256 })),
  checks: Type.Optional(Type.Array(CheckResult, { maxItems: 64 })),
  /** The gateway does not vouch for this device after this time: a due check is unfinished, or its ear is deaf. */
  heldSince: Type.Optional(Time),
})
export type BatchEntry = Static<typeof BatchEntry>

/** The envelope is checked strictly; entries one by one, so that one bad entry never costs the others. */
export const Batch = Type.Object({
  v: Type.Literal(WIRE_VERSION),
  gatewayId: Id,
  epoch: Counter,
  seq: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }),
  /** Hash of the batch before this one in the same epoch; absent on the first and after a gap. Two histories cannot be mixed. */
  prev: Type.Optional(BodyHash),
  span: Counter,
  spanStart: Time,
  through: Time,
  configVersion: ConfigVersion,
  /** Set while the gateway has never had trusted time: times may be off, order is right. */
  approximate: Type.Optional(Type.Boolean()),
  devices: Type.Array(Type.Unknown(), { maxItems: 10_000 }),
})
export type BatchEnvelope = Static<typeof Batch>
export type Batch = Omit<BatchEnvelope, 'devices'> & { devices: BatchEntry[] }

/** Moves the watermark when there is nothing to store: unnumbered, never spooled, valid once `afterSeq` is applied. */
export const Beat = Type.Object({
  v: Type.Literal(WIRE_VERSION),
  epoch: Counter,
  afterSeq: Counter,
  span: Counter,
  spanStart: Time,
  through: Time,
  held: Type.Array(Type.Object({ id: Id, since: Time }), { maxItems: 10_000 }),
})
export type Beat = Static<typeof Beat>

export const Hello = Type.Object({
  v: Type.Integer({ minimum: 0 }),
  epoch: Counter,
  /** Oldest and newest sequence number that can still be sent; both 0 when none was ever written. */
  oldest: Counter,
  newest: Counter,
  newestHash: Type.Optional(BodyHash),
  nonce: Type.String({ minLength: 8, maxLength: 64 }),
  configVersion: ConfigVersion,
  /** The gateway's own software version, for people. */
  software: Type.String({ maxLength: 64 }),
})
export type Hello = Static<typeof Hello>

export const Welcome = Type.Object({
  v: Type.Literal(WIRE_VERSION),
  nonce: Type.String(),
  epoch: Counter,
  lastApplied: Counter,
  generation: Counter,
  /** Server time, UTC ms: the gateway's clock is disciplined by it. */
  now: Time,
})
export type Welcome = Static<typeof Welcome>

export const refusalCodes = [
  'quarantined',
  'superseded',
  'gateway_cloned',
  'wire_version',
  'out_of_order',
] as const
export type RefusalCode = (typeof refusalCodes)[number]

/** The only acknowledgement there is: sent after the commit, cumulative. */
export const Ack = Type.Object({
  epoch: Counter,
  through: Counter,
  /** Present when the server wants an earlier batch again. */
  expect: Type.Optional(Counter),
  refused: Type.Optional(Type.Array(Type.Object({ seq: Counter, code: Type.Enum([...refusalCodes]) }))),
  now: Time,
})
export type Ack = Static<typeof Ack>

/** Answer to a hello that cannot be accepted. */
export const Refused = Type.Object({
  code: Type.Enum([...refusalCodes]),
  message: Type.String(),
  /** For `gateway_cloned`, once a person has confirmed: the epoch to continue with. */
  epoch: Type.Optional(Counter),
})
export type Refused = Static<typeof Refused>

/** Asks one device now, out of turn. */
export const Ask = Type.Object({
  askId: Id,
  deviceId: Id,
  deadlineMs: Type.Integer({ minimum: 1, maximum: 60_000 }),
})
export type Ask = Static<typeof Ask>

export const Answer = Type.Object({
  askId: Id,
  deviceId: Id,
  checks: Type.Array(CheckResult, { maxItems: 64 }),
  error: Type.Optional(Type.String({ maxLength: 300 })),
})
export type Answer = Static<typeof Answer>

/** Metrics of a gateway about itself travel in ordinary entries whose id is the gateway's own. */
export const selfMetrics = [
  'spool_depth_count',
  'spool_bytes',
  'clock_offset_ms',
  'checks_in_flight_count',
  'check_lateness_ms',
  'event_loop_lag_ms',
  'memory_rss_bytes',
  'dropped_batches_count',
  'batches_refused_count',
] as const
