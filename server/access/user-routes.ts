import { IdParams } from '@stillwatch/contract/api/common.ts'
import { User } from '@stillwatch/contract/api/session.ts'
import { NewUser, OwnPatch, UserPage, UserPatch } from '@stillwatch/contract/api/users.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import type { Clock } from '@stillwatch/contract/time.ts'
import Type from 'typebox'
import type { App } from '../http/app-type.ts'
import type { Records } from '../store/records/records.ts'
import { addUser, changeUser, readUser, readUsers, removeUser } from './accounts.ts'
import type { Passwords } from './passwords.ts'
import { endSessions } from './sessions.ts'
import type { SignInBrake } from './sign-in-brake.ts'
import type { SignedIn } from './viewer.ts'

export interface UserDeps {
  records: Records
  clock: Clock
  passwords: Passwords
  brake: SignInBrake
  /** What this person may see or do changed, or their sessions ended: open connections have to prove themselves again. */
  accessChanged(accountId: string): void
}

const tags = ['users']
const admin = ['admin'] as const

/** Accounts, for admins; and everybody's own. */
export function userRoutes(app: App, deps: UserDeps): void {
  ownRoutes(app, deps)
  const { records, clock, passwords, accessChanged } = deps

  app.get(
    '/api/v1/users',
    { config: { may: admin }, schema: { summary: 'All users', tags, response: { 200: UserPage } } },
    async ({ viewer }) => {
      const items = await readUsers(records.read, viewer.tenantId)
      return { items, total: items.length }
    },
  )

  app.post(
    '/api/v1/users',
    {
      config: { may: admin, answers: ['conflict'] },
      schema: { summary: 'Add a user', tags, body: NewUser, response: { 201: User } },
    },
    async ({ viewer, body: { password, ...user } }, reply) => {
      const hash = await passwords.hash(password)
      const id = await records.write((trx) => addUser(trx, viewer.tenantId, user, hash, clock.now()))
      return reply.code(201).send(await readUser(records.read, viewer.tenantId, id))
    },
  )

  app.get(
    '/api/v1/users/:id',
    {
      config: { may: admin },
      schema: { summary: 'One user', tags, params: IdParams, response: { 200: User } },
    },
    ({ viewer, params }) => readUser(records.read, viewer.tenantId, params.id),
  )

  app.patch(
    '/api/v1/users/:id',
    {
      config: { may: admin, answers: ['conflict'] },
      schema: {
        summary: 'Change a user',
        description: 'A new role, a new password, or disabling ends every session of the user.',
        tags,
        params: IdParams,
        body: UserPatch,
        response: { 200: User },
      },
    },
    async ({ viewer, params: { id }, body: { password, ...patch } }) => {
      const hash = password === undefined ? null : await passwords.hash(password)
      return records.write(
        (trx) => changeUser(trx, viewer.tenantId, id, patch, hash),
        () => accessChanged(id),
      )
    },
  )

  app.delete(
    '/api/v1/users/:id',
    {
      config: { may: admin, answers: ['conflict'] },
      schema: { summary: 'Remove a user', tags, params: IdParams, response: { 204: Type.Null() } },
    },
    async ({ viewer, params: { id } }, reply) => {
      await records.write(
        (trx) => removeUser(trx, viewer.tenantId, id),
        () => accessChanged(id),
      )
      return reply.code(204).send(null)
    },
  )
}

function ownRoutes(app: App, deps: UserDeps): void {
  const { records } = deps
  const url = '/api/v1/users/me'

  app.get(
    url,
    { config: { may: 'signed_in' }, schema: { summary: 'My account', tags, response: { 200: User } } },
    ({ viewer }) => readUser(records.read, viewer.tenantId, viewer.accountId),
  )

  app.patch(
    url,
    {
      config: {
        may: 'signed_in',
        answers: ['wrong_credentials'],
        rateLimit: { max: 30, timeWindow: '1 minute' },
      },
      schema: {
        summary: 'Change my account',
        description: 'A new password needs the old one, and ends my other sessions.',
        tags,
        body: OwnPatch,
        response: { 200: User },
      },
    },
    async ({ session, viewer, body, ip }) => {
      if (session) await changeOwn(deps, session, body, ip)
      return readUser(records.read, viewer.tenantId, viewer.accountId)
    },
  )
}

async function changeOwn(
  { records, clock, passwords, brake, accessChanged }: UserDeps,
  { viewer, tokenHash }: SignedIn,
  { oldPassword, newPassword, ...fields }: OwnPatch,
  address: string,
): Promise<void> {
  const { accountId, username } = viewer
  let password_hash: string | undefined
  if (newPassword !== undefined) {
    if (brake.enter(username, address, clock.monotonic()) > 0) throw new StillwatchError('too_many_requests')
    const { password_hash: stored } = await records.read
      .selectFrom('account')
      .select('password_hash')
      .where('id', '=', accountId)
      .executeTakeFirstOrThrow()
    if (!(await passwords.verify(oldPassword ?? '', stored))) throw new StillwatchError('wrong_credentials')
    brake.succeeded(username, address)
    password_hash = await passwords.hash(newPassword)
  }
  const values = { ...fields, ...(password_hash === undefined ? {} : { password_hash }) }
  if (Object.keys(values).length === 0) return
  await records.write(
    async (trx) => {
      await trx.updateTable('account').set(values).where('id', '=', accountId).execute()
      if (password_hash !== undefined) await endSessions(trx, accountId, tokenHash)
    },
    () => {
      if (password_hash !== undefined) accessChanged(accountId)
    },
  )
}
