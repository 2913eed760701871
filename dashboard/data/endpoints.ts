import type {
  CheckAnswer,
  Device,
  DevicePatch,
  DeviceSummary,
  NewDevice,
  Samples,
  SeriesList,
  TimelineEntry,
} from '@stillwatch/contract/api/devices.ts'
import type { EnrolmentCode, Gateway, GatewayPatch } from '@stillwatch/contract/api/gateways.ts'
import type { Session, User } from '@stillwatch/contract/api/session.ts'
import type { NewSite, Site, SitePatch } from '@stillwatch/contract/api/sites.ts'
import type { Overview } from '@stillwatch/contract/api/system.ts'
import type { NewTransition, Ticket, TicketSummary } from '@stillwatch/contract/api/tickets.ts'
import type { NewUser, OwnPatch, UserPatch } from '@stillwatch/contract/api/users.ts'
import { call, type QueryValue, queryString } from './api.ts'

export interface Page<T> {
  items: T[]
  total: number
  next?: string
}

export type Filter = Record<string, QueryValue>

const list = <T>(path: string, filter: Filter) => call<Page<T>>('GET', `${path}${queryString(filter)}`)

/** Every call the dashboard makes, with the types of the contract. */
export const endpoints = {
  signIn: (username: string, password: string) => call<Session>('POST', '/session', { username, password }),
  signOut: () => call<void>('DELETE', '/session'),
  me: () => call<User>('GET', '/users/me'),
  changeMe: (patch: OwnPatch) => call<User>('PATCH', '/users/me', patch),

  overview: () => call<Overview>('GET', '/overview'),

  sites: (filter: Filter) => list<Site>('/sites', filter),
  site: (id: string) => call<Site>('GET', `/sites/${id}`),
  addSite: (site: NewSite) => call<Site>('POST', '/sites', site),
  changeSite: (id: string, patch: SitePatch) => call<Site>('PATCH', `/sites/${id}`, patch),

  gateways: (filter: Filter) => list<Gateway>('/gateways', filter),
  gateway: (id: string) => call<Gateway>('GET', `/gateways/${id}`),
  addGateway: (siteId: string, name: string) =>
    call<EnrolmentCode>('POST', `/sites/${siteId}/gateways`, { name }),
  changeGateway: (id: string, patch: GatewayPatch) => call<Gateway>('PATCH', `/gateways/${id}`, patch),
  removeGateway: (id: string) => call<void>('DELETE', `/gateways/${id}`),
  newEnrolmentCode: (id: string) => call<EnrolmentCode>('POST', `/gateways/${id}/enrolment-code`),

  devices: (filter: Filter) => list<DeviceSummary>('/devices', filter),
  device: (id: string) => call<Device>('GET', `/devices/${id}`),
  addDevice: (device: NewDevice) => call<Device>('POST', '/devices', device),
  changeDevice: (id: string, patch: DevicePatch) => call<Device>('PATCH', `/devices/${id}`, patch),
  removeDevice: (id: string) => call<void>('DELETE', `/devices/${id}`),
  checkNow: (id: string) => call<CheckAnswer>('POST', `/devices/${id}/check`),
  series: (id: string) => call<SeriesList>('GET', `/devices/${id}/series`),
  samples: (id: string, range: Filter) => call<Samples>('GET', `/devices/${id}/samples${queryString(range)}`),
  timeline: (id: string, filter: Filter) => list<TimelineEntry>(`/devices/${id}/timeline`, filter),

  tickets: (filter: Filter) => list<TicketSummary>('/tickets', filter),
  ticket: (id: string) => call<Ticket>('GET', `/tickets/${id}`),
  move: (id: string, transition: NewTransition) =>
    call<Ticket>('POST', `/tickets/${id}/transitions`, transition),
  comment: (id: string, text: string) => call<Ticket>('POST', `/tickets/${id}/comments`, { text }),

  users: (filter: Filter) => list<User>('/users', filter),
  addUser: (user: NewUser) => call<User>('POST', '/users', user),
  changeUser: (id: string, patch: UserPatch) => call<User>('PATCH', `/users/${id}`, patch),
}
