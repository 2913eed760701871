import type { Role } from '@stillwatch/contract/roles.ts'

/** What a page offers to whom. The server decides; this only keeps buttons away that would be refused. */
const may = {
  addSite: ['admin', 'noc', 'manager'],
  setUpDevice: ['admin', 'noc', 'manager'],
  setUpGateway: ['admin', 'noc', 'manager', 'technician'],
  checkNow: ['admin', 'noc', 'dispatcher', 'manager', 'technician'],
  comment: ['admin', 'noc', 'dispatcher', 'technician', 'manager', 'owner'],
  manageUsers: ['admin'],
} as const satisfies Record<string, readonly Role[]>

export type Action = keyof typeof may

export const mayDo = (role: Role, action: Action): boolean => (may[action] as readonly Role[]).includes(role)
