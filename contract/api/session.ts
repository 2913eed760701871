import Type, { type Static } from 'typebox'
import { roles } from '../roles.ts'
import { Uuid } from './common.ts'

export const SignIn = Type.Object(
  {
    username: Type.String({ minLength: 1, maxLength: 64 }),
    password: Type.String({ minLength: 1, maxLength: 256 }),
  },
  { additionalProperties: false },
)

export const User = Type.Object({
  id: Uuid,
  username: Type.String(),
  name: Type.String(),
  role: Type.Enum([...roles]),
  siteIds: Type.Array(Uuid),
  language: Type.Enum(['en', 'zh-CN']),
  disabled: Type.Boolean(),
  createdAt: Type.String(),
})
export type User = Static<typeof User>

/** The token is for programs; a browser uses the httpOnly cookie set beside it. */
export const Session = Type.Object({ token: Type.String(), user: User })
export type Session = Static<typeof Session>
