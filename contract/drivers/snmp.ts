import Type, { type Static } from 'typebox'
import { Secret } from './secret.ts'

/** For forms: the field means something only while its neighbour has one of these values. Nothing is refused by it. */
const byCommunity = { 'x-when': { version: ['1', '2c'] } }
const byUser = { 'x-when': { version: ['3'] } }

/** DES is accepted here and answered `unsupported` by the driver: OpenSSL 3 has no DES, old UPS cards still ask for it. */
export const SnmpSettings = Type.Object(
  {
    port: Type.Integer({ minimum: 1, maximum: 65535, default: 161 }),
    version: Type.Enum(['1', '2c', '3']),
    community: Type.Optional(Secret({ description: 'v1 and v2c; default public', ...byCommunity })),
    user: Type.Optional(
      Type.String({ minLength: 1, maxLength: 64, description: 'v3 security name', ...byUser }),
    ),
    auth: Type.Optional(
      Type.Object(
        {
          protocol: Type.Enum(['md5', 'sha', 'sha224', 'sha256', 'sha384', 'sha512']),
          key: Secret({ minLength: 8 }),
        },
        { additionalProperties: false, ...byUser },
      ),
    ),
    priv: Type.Optional(
      Type.Object(
        { protocol: Type.Enum(['des', 'aes', 'aes256b', 'aes256r']), key: Secret({ minLength: 8 }) },
        { additionalProperties: false, ...byUser },
      ),
    ),
    context: Type.Optional(Type.String({ maxLength: 64, description: 'v3 context name', ...byUser })),
    timeoutMs: Type.Integer({ minimum: 100, maximum: 10_000, default: 2_000 }),
  },
  { additionalProperties: false },
)
export type SnmpSettings = Static<typeof SnmpSettings>
