import type { Role } from '@stillwatch/contract/roles.ts'

/** Who asks: what every route and every query knows about the person behind a request. */
export interface Viewer {
  accountId: string
  username: string
  tenantId: string
  role: Role
  /** The sites this person may see: all of the tenant, or those named on the account. */
  siteIds: readonly string[] | 'all'
  language: 'en' | 'zh-CN'
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The signed-in person. Reading it where nobody is signed in throws `unauthenticated`. */
    viewer: Viewer
    /** The session behind the request; null where nobody is signed in or the route is open to anyone. */
    session: SignedIn | null
  }
}

export interface SignedIn {
  viewer: Viewer
  tokenHash: string
}

/** Who sets sites up: adds, changes and removes sites, gateways and devices. Technicians do it on their own sites only. */
export const officeSetup = ['admin', 'noc', 'manager'] as const satisfies readonly Role[]
export const siteSetup = [...officeSetup, 'technician'] as const satisfies readonly Role[]

/** Who sees figures about the whole installation. */
export const wholePicture = ['admin', 'noc', 'manager', 'auditor'] as const satisfies readonly Role[]
