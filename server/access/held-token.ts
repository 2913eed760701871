import type { IncomingHttpHeaders } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'

export const SESSION_COOKIE = 'stillwatch_session'

export interface HeldToken {
  token: string
  byCookie: boolean
}

/** The session token a request or a socket brings along. A program says it in a header, a browser in a cookie. */
export function heldToken(headers: IncomingHttpHeaders): HeldToken | null {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  if (bearer) return { token: bearer, byCookie: false }
  const cookie = fastifyCookie.parse(headers.cookie ?? '')[SESSION_COOKIE]
  return cookie ? { token: cookie, byCookie: true } : null
}

/**
 * Whether the page that asks is ours. A browser sends the cookie along whoever's page asks, so a change (or a socket) by cookie is
 * taken only when the browser says so: by `Sec-Fetch-Site`, or, where that is not sent (plain http to another machine), by `Origin`.
 *
 * @param host as the browser addressed us: the `Host` header, or what a trusted proxy says it was
 * @param publicOrigin such as `https://stillwatch.example`
 */
export function fromOurPage(headers: IncomingHttpHeaders, host: string, publicOrigin: string): boolean {
  const fetchSite = headers['sec-fetch-site']
  if (fetchSite !== undefined) return fetchSite === 'same-origin'
  const { origin } = headers
  if (!origin) return false
  return origin === publicOrigin || (URL.canParse(origin) && new URL(origin).host === host)
}
