import Type, { type Static } from 'typebox'
import { StateCounts } from './sites.ts'

export const Health = Type.Object({
  status: Type.Enum(['ok', 'starting', 'stopping']),
  version: Type.String(),
  startedAt: Type.String(),
})

/** What the overview needs before its lists: counts by state, open tickets by level. */
export const Overview = Type.Object({
  counts: StateCounts,
  openTicketsByLevel: Type.Object({
    '1': Type.Integer(),
    '2': Type.Integer(),
    '3': Type.Integer(),
    '4': Type.Integer(),
  }),
  gatewaysLost: Type.Integer(),
  sites: Type.Integer(),
  gateways: Type.Integer(),
  devices: Type.Integer(),
})
export type Overview = Static<typeof Overview>
