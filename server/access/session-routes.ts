import { Session, SignIn, User } from '@stillwatch/contract/api/session.ts'
import { StillwatchError } from '@stillwatch/contract/errors.ts'
import { type Clock, DAY_MS, SECOND_MS } from '@stillwatch/contract/time.ts'
import type { FastifyBaseLogger } from 'fastify'
import Type from 'typebox'
import type { App } from '../http/app-type.ts'
import type { Records } from '../store/records/records.ts'
import { readUser } from './accounts.ts'
import { SESSION_COOKIE } from './held-token.ts'
import type { Passwords } from './passwords.ts'
import { openSession } from './sessions.ts'
import type { SignInBrake } from './sign-in-brake.ts'

export interface SessionDeps {
  records: Records
  clock: Clock
  log: FastifyBaseLogger
  passwords: Passwords
  brake: SignInBrake
  /** Browsers reach us by https: the cookie is sent by https only. */
  secure: boolean
}

const path = '/api/v1/session'
const tags = ['session']

/** Signing in, signing out, and who is signed in. */
export function sessionRoutes(app: App, deps: SessionDeps): void {
  const { records, secure } = deps
  const cookie = { httpOnly: true, sameSite: 'strict', secure, path: '/' } as const

  app.post(
    path,
    {
      bodyLimit: 16_384,
      config: {
        may: 'anyone',
        answers: ['wrong_credentials'],
        rateLimit: { max: 30, timeWindow: '1 minute' },
      },
      schema: {
        summary: 'Sign in',
        description:
          'Answers a token for programs and sets a cookie for browsers. The session ends 12 h after its last use, and 30 days after it began.',
        tags,
        body: SignIn,
        response: { 200: Session },
      },
    },
    async (request, reply) => {
      const session = await signIn(deps, request.body, request.ip)
      reply.setCookie(SESSION_COOKIE, session.token, { ...cookie, maxAge: (30 * DAY_MS) / SECOND_MS })
      return session
    },
  )

  app.get(
    path,
    {
      config: { may: 'signed_in' },
      schema: { summary: 'Who is signed in', tags, response: { 200: Type.Object({ user: User }) } },
    },
    async ({ viewer }) => ({ user: await readUser(records.read, viewer.tenantId, viewer.accountId) }),
  )

  app.delete(
    path,
    {
      config: { may: 'signed_in' },
      schema: { summary: 'Sign out', tags, response: { 204: Type.Null() } },
    },
    async ({ session }, reply) => {
      await records.write((trx) =>
        trx
          .deleteFrom('session')
          .where('token_hash', '=', session?.tokenHash ?? '')
          .execute(),
      )
      return reply.clearCookie(SESSION_COOKIE, cookie).code(204).send(null)
    },
  )
}

async function signIn(
  { records, clock, log, passwords, brake }: SessionDeps,
  { username, password }: { username: string; password: string },
  address: string,
): Promise<Session> {
  const waitMs = brake.enter(username, address, clock.monotonic())
  if (waitMs > 0) throw tooSoon(waitMs)
  const account = await records.read
    .selectFrom('account')
    .select(['id', 'tenant_id', 'password_hash', 'disabled'])
    .where('username', '=', username)
    .executeTakeFirst()
  const right = await passwords.verify(password, account?.password_hash ?? null)
  if (!account || !right || account.disabled === 1) {
    log.warn({ username, address }, 'A sign-in was refused.')
    throw new StillwatchError('wrong_credentials')
  }
  brake.succeeded(username, address)
  const token = await records.write((trx) => openSession(trx, account.id, clock.now()))
  return { token, user: await readUser(records.read, account.tenant_id, account.id) }
}

const tooSoon = (waitMs: number): StillwatchError =>
  new StillwatchError('too_many_requests', 'Too many wrong passwords. Wait a moment.', {
    retryAfterS: Math.ceil(waitMs / SECOND_MS),
  })
