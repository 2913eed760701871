import Type, { type Static } from 'typebox'
import { deviceKinds } from '../device.ts'
import { DriverSettings, DriverSettingsPatch } from '../drivers/registry.ts'
import { conditionCodePattern, healthStates } from '../health.ts'
import { CheckResult } from '../road.ts'
import { MetricName } from '../sample.ts'
import { IsoTime, Page, PageQuery, Sentence, Uuid } from './common.ts'

const Name = Type.String({ minLength: 1, maxLength: 200 })
const Address = Type.String({ minLength: 1, maxLength: 255, pattern: '^[A-Za-z0-9_.:\\[\\]-]+$' })

/**
 * A limit on one metric. Active when the value has been beyond `above` (or `below`) for `forS`; cleared when it has been back behind
 * `clear` for `forS`: hysteresis on both edges.
 */
export const MetricLimit = Type.Object(
  {
    metric: MetricName,
    code: Type.String({
      pattern: conditionCodePattern,
      description: 'The condition it raises, e.g. temperature_high',
    }),
    above: Type.Optional(Type.Number()),
    below: Type.Optional(Type.Number()),
    clear: Type.Optional(Type.Number({ description: 'Default: the limit itself' })),
    forS: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400, default: 0 })),
    level: Type.Optional(Type.Integer({ minimum: 1, maximum: 4, default: 3 })),
  },
  { additionalProperties: false },
)
export type MetricLimit = Static<typeof MetricLimit>

const optionalFields = {
  profile: Type.Optional(Type.String({ maxLength: 64 })),
  intervalS: Type.Optional(Type.Number({ minimum: 1, maximum: 3_600 })),
  silenceWindowS: Type.Optional(Type.Number({ minimum: 3, maximum: 604_800 })),
  recoveryHoldS: Type.Optional(Type.Number({ minimum: 0, maximum: 3_600 })),
  dependsOn: Type.Optional(Type.Array(Uuid, { maxItems: 16, uniqueItems: true })),
  limits: Type.Optional(Type.Array(MetricLimit, { maxItems: 64 })),
}

export const NewDevice = Type.Object(
  {
    siteId: Uuid,
    gatewayId: Uuid,
    name: Name,
    kind: Type.Enum([...deviceKinds]),
    address: Address,
    drivers: DriverSettings,
    ...optionalFields,
  },
  { additionalProperties: false },
)
export type NewDevice = Static<typeof NewDevice>

/** Moving a device to another gateway is a patch of `gatewayId` (and `siteId` with it). Drivers are replaced as a whole; an absent secret keeps the stored one. */
export const DevicePatch = Type.Partial(
  Type.Object({ ...NewDevice.properties, drivers: DriverSettingsPatch }),
  { additionalProperties: false, minProperties: 1 },
)
export type DevicePatch = Static<typeof DevicePatch>

export const Condition = Type.Object({
  code: Type.String(),
  level: Type.Integer(),
  since: IsoTime,
  /** Set while the device answers again and the recovery hold runs: when the condition will clear. */
  clearsAt: Type.Optional(IsoTime),
  ticketId: Type.Optional(Uuid),
  /** What it rests on; not told to owners. */
  evidence: Type.Optional(Sentence),
})
export type Condition = Static<typeof Condition>

export const DeviceSummary = Type.Object({
  id: Uuid,
  siteId: Uuid,
  gatewayId: Uuid,
  name: Type.String(),
  kind: Type.Enum([...deviceKinds]),
  address: Type.String(),
  state: Type.Enum([...healthStates]),
  stateSince: IsoTime,
  reason: Sentence,
  lastEvidenceAt: Type.Union([IsoTime, Type.Null()]),
  openConditions: Type.Integer(),
})
export type DeviceSummary = Static<typeof DeviceSummary>

export const Device = Type.Object({
  ...DeviceSummary.properties,
  profile: Type.Union([Type.String(), Type.Null()]),
  /** Driver settings without their secrets; `secrets` names the ones that are set, as `driver.field`. */
  drivers: Type.Record(Type.String(), Type.Record(Type.String(), Type.Unknown())),
  secrets: Type.Array(Type.String()),
  intervalS: Type.Number(),
  silenceWindowS: Type.Number(),
  recoveryHoldS: Type.Number(),
  dependsOn: Type.Array(Uuid),
  /** Devices that depend on this one. */
  behind: Type.Array(Uuid),
  limits: Type.Array(MetricLimit),
  worstCaseTimeToTicketS: Type.Number(),
  conditions: Type.Array(Condition),
  components: Type.Array(Uuid),
  facts: Type.Record(Type.String(), Type.Union([Type.String(), Type.Boolean()])),
  /** The latest result of each check. */
  checks: Type.Array(CheckResult),
  /** Things worth knowing about how it was set up, in words. */
  warnings: Type.Array(Sentence),
  createdAt: IsoTime,
})
export type Device = Static<typeof Device>

export const DevicePage = Page(DeviceSummary)

export const DeviceQuery = Type.Object(
  {
    state: Type.Optional(Type.String({ description: 'One or several states, comma separated' })),
    kind: Type.Optional(Type.String({ description: 'One or several kinds, comma separated' })),
    site: Type.Optional(Uuid),
    gateway: Type.Optional(Uuid),
    q: Type.Optional(Type.String({ maxLength: 100, description: 'Part of a name or address' })),
    ...PageQuery,
  },
  { additionalProperties: false },
)

/** CSV with a header row: site, gateway, name, kind, address, driver columns such as `snmp.version`, `dependsOn` by names separated with `;`. */
export const DeviceImport = Type.Object(
  { csv: Type.String({ maxLength: 2_000_000 }), dryRun: Type.Optional(Type.Boolean({ default: true })) },
  { additionalProperties: false },
)
export const DeviceImportAnswer = Type.Object({
  created: Type.Integer(),
  errors: Type.Array(
    Type.Object({ line: Type.Integer(), column: Type.Optional(Type.String()), message: Type.String() }),
  ),
})
export type DeviceImportAnswer = Static<typeof DeviceImportAnswer>

export const CheckAnswer = Type.Object({ checks: Type.Array(CheckResult) })
export type CheckAnswer = Static<typeof CheckAnswer>

export const SeriesList = Type.Object({
  items: Type.Array(
    Type.Object({
      metric: Type.String(),
      unit: Type.String(),
      firstAt: IsoTime,
      lastAt: IsoTime,
      last: Type.Number(),
    }),
  ),
  total: Type.Integer(),
})
export type SeriesList = Static<typeof SeriesList>

export const SamplesQuery = Type.Object(
  {
    metric: MetricName,
    from: IsoTime,
    to: IsoTime,
    points: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000, default: 500 })),
  },
  { additionalProperties: false },
)

/** Raw while the range holds at most `points` values, else buckets; the four arrays are of equal length. */
export const Samples = Type.Object({
  metric: Type.String(),
  unit: Type.String(),
  raw: Type.Boolean(),
  /** UTC milliseconds: the one place where times are numbers, because a chart takes thousands of them. */
  at: Type.Array(Type.Number()),
  mean: Type.Array(Type.Number()),
  min: Type.Array(Type.Number()),
  max: Type.Array(Type.Number()),
})
export type Samples = Static<typeof Samples>

/** What happened to a device: state changes and conditions, newest first. */
export const TimelineEntry = Type.Object({
  at: IsoTime,
  kind: Type.Enum(['state', 'condition_raised', 'condition_cleared', 'event']),
  code: Type.String(),
  text: Type.String(),
})
export type TimelineEntry = Static<typeof TimelineEntry>
export const Timeline = Page(TimelineEntry)
export type Timeline = Static<typeof Timeline>
