import Type, { type Static } from 'typebox'
import { Secret } from './secret.ts'

/** A device that speaks for itself on a broker at the site. It is listened to, never asked. */
export const MqttSettings = Type.Object(
  {
    topic: Type.String({
      minLength: 1,
      maxLength: 256,
      description: 'Topic filter of the messages that prove the device alive and carry its values',
    }),
    broker: Type.Optional(
      Type.String({
        pattern: '^mqtts?://',
        maxLength: 256,
        description: "Broker URL; default mqtt://ADDRESS:1883; `mqtt://gateway` is the gateway's own broker",
      }),
    ),
    username: Type.Optional(Type.String({ maxLength: 128 })),
    password: Type.Optional(Secret()),
    availabilityTopic: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, description: 'Topic of birth and last will' }),
    ),
    offlinePayload: Type.String({ maxLength: 128, default: 'offline' }),
  },
  { additionalProperties: false },
)
export type MqttSettings = Static<typeof MqttSettings>
