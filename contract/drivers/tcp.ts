import Type, { type Static } from 'typebox'

/** Anything with a TCP port: it counts as alive when it accepts a connection. Nothing is sent. */
export const TcpSettings = Type.Object(
  { port: Type.Integer({ minimum: 1, maximum: 65535, title: 'Port' }) },
  { additionalProperties: false },
)
export type TcpSettings = Static<typeof TcpSettings>
