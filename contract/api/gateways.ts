import Type, { type Static } from 'typebox'
import { BodyHash, ConfigVersion } from '../road.ts'
import { IsoTime, Page, Uuid } from './common.ts'

export const NewGateway = Type.Object(
  { name: Type.String({ minLength: 1, maxLength: 200 }) },
  { additionalProperties: false },
)

export const GatewayPatch = Type.Object(
  {
    name: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    /** A person has looked and says which machine goes on: grants the next epoch to a fenced gateway. */
    confirmCloned: Type.Optional(Type.Literal(true)),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type GatewayPatch = Static<typeof GatewayPatch>

/** The code works once and for 24 h. */
export const EnrolmentCode = Type.Object({ id: Uuid, enrolmentCode: Type.String(), expiresAt: IsoTime })
export type EnrolmentCode = Static<typeof EnrolmentCode>

/** Who is never yet seen is `not_enrolled`; `fenced` waits for a person after `gateway_cloned`. */
export const linkStates = ['not_enrolled', 'connected', 'catching_up', 'lost', 'fenced'] as const
export type LinkState = (typeof linkStates)[number]

export const Gateway = Type.Object({
  id: Uuid,
  siteId: Uuid,
  name: Type.String(),
  link: Type.Enum([...linkStates]),
  linkSince: Type.Union([IsoTime, Type.Null()]),
  /** The time up to which this gateway vouches for having asked. */
  watermark: Type.Union([IsoTime, Type.Null()]),
  spoolDepth: Type.Union([Type.Integer(), Type.Null()]),
  clockOffsetMs: Type.Union([Type.Number(), Type.Null()]),
  /** Refused entries and batches, by reason, since enrolment. */
  refused: Type.Record(Type.String(), Type.Integer()),
  epoch: Type.Integer(),
  lastApplied: Type.Integer(),
  configVersion: ConfigVersion,
  appliedConfigVersion: Type.Union([ConfigVersion, Type.Null()]),
  software: Type.Union([Type.String(), Type.Null()]),
  deviceCount: Type.Integer(),
  enrolmentPending: Type.Boolean(),
})
export type Gateway = Static<typeof Gateway>

export const GatewayPage = Page(Gateway)

/** Called by a gateway, before it has credentials. The server keeps only the hash of the secret. */
export const Enrolment = Type.Object(
  {
    code: Type.String({ minLength: 4, maxLength: 128 }),
    secretHash: Type.String({
      pattern: '^[0-9a-f]{64}$',
      description: 'SHA-256 of the secret as the hex string used as MQTT password',
    }),
    publicKey: Type.String({
      maxLength: 200,
      description: 'X25519, base64 of SPKI DER; device credentials are sealed to it',
    }),
    software: Type.String({ maxLength: 64 }),
  },
  { additionalProperties: false },
)
export type Enrolment = Static<typeof Enrolment>

/**
 * How far the server had come with this gateway before it was enrolled anew: what it had applied must not come again under new numbers,
 * even where the acknowledgement was lost. `hash` names the batch at `through`, so that another history is not taken for this one.
 */
export const AppliedBefore = Type.Object({
  epoch: Type.Integer({ minimum: 0 }),
  through: Type.Integer({ minimum: 0 }),
  hash: Type.Optional(BodyHash),
})
export type AppliedBefore = Static<typeof AppliedBefore>

export const EnrolmentAnswer = Type.Object({
  gatewayId: Uuid,
  epoch: Type.Integer(),
  mqttUrl: Type.String({ pattern: '^mqtts?://' }),
  now: Type.Integer(),
  caPem: Type.Optional(Type.String()),
  /** Absent when it was never enrolled before. */
  applied: Type.Optional(AppliedBefore),
})
export type EnrolmentAnswer = Static<typeof EnrolmentAnswer>
