import type { Actor } from './ticket.ts'

/** What a user account may be (monitoring-requirements N34). */
export const roles = ['admin', 'noc', 'dispatcher', 'technician', 'manager', 'owner', 'auditor'] as const
export type Role = (typeof roles)[number]

/** The part a role plays on a ticket. */
export const actorsOf = {
  admin: ['desk', 'dispatcher', 'manager', 'service_manager'],
  noc: ['desk'],
  dispatcher: ['desk', 'dispatcher'],
  technician: ['technician'],
  manager: ['manager', 'service_manager'],
  owner: ['customer', 'owner'],
  auditor: [],
} as const satisfies Record<Role, readonly Actor[]>

/** Roles that see every site; the others see the sites named on their account. */
export const seesEverySite = (role: Role): boolean =>
  ['admin', 'noc', 'dispatcher', 'manager', 'auditor'].includes(role)
