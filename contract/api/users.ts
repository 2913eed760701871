import Type, { type Static } from 'typebox'
import { roles } from '../roles.ts'
import { Page, Uuid } from './common.ts'
import { User } from './session.ts'

const Username = Type.String({ pattern: '^[A-Za-z0-9._@-]{1,64}$' })
const Password = Type.String({ minLength: 10, maxLength: 256 })
const Language = Type.Enum(['en', 'zh-CN'])

export const NewUser = Type.Object(
  {
    username: Username,
    password: Password,
    name: Type.Optional(Type.String({ maxLength: 100 })),
    role: Type.Enum([...roles]),
    /** Sites an owner or technician may see; staff roles see every site. */
    siteIds: Type.Optional(Type.Array(Uuid, { maxItems: 1000 })),
    language: Type.Optional(Language),
  },
  { additionalProperties: false },
)
export type NewUser = Static<typeof NewUser>

export const UserPatch = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 100 })),
    role: Type.Optional(Type.Enum([...roles])),
    siteIds: Type.Optional(Type.Array(Uuid, { maxItems: 1000 })),
    language: Type.Optional(Language),
    disabled: Type.Optional(Type.Boolean()),
    /** Set by an admin: ends every session of the user. */
    password: Type.Optional(Password),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type UserPatch = Static<typeof UserPatch>

/** One's own account. A new password needs the old one. */
export const OwnPatch = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 100 })),
    language: Type.Optional(Language),
    oldPassword: Type.Optional(Type.String({ maxLength: 256 })),
    newPassword: Type.Optional(Password),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type OwnPatch = Static<typeof OwnPatch>

export const UserPage = Page(User)
