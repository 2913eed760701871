import Type, { type Static } from 'typebox'
import { healthStates } from '../health.ts'
import { Page, Uuid } from './common.ts'

export const NewSite = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 200 }),
    /** IANA zone of the building; calendars and owner reports run on it. */
    timeZone: Type.String({ minLength: 1, maxLength: 64 }),
  },
  { additionalProperties: false },
)
export type NewSite = Static<typeof NewSite>

export const SitePatch = Type.Partial(NewSite, { additionalProperties: false, minProperties: 1 })
export type SitePatch = Static<typeof SitePatch>

export const StateCounts = Type.Object(
  Object.fromEntries(healthStates.map((state) => [state, Type.Integer()])) as Record<
    (typeof healthStates)[number],
    ReturnType<typeof Type.Integer>
  >,
)
export type StateCounts = Static<typeof StateCounts>

export const Site = Type.Object({
  id: Uuid,
  number: Type.Integer(),
  name: Type.String(),
  timeZone: Type.String(),
  counts: StateCounts,
  openTickets: Type.Integer(),
  gateways: Type.Integer(),
})
export type Site = Static<typeof Site>

export const SitePage = Page(Site)
