import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { ApiError } from './api.ts'
import { endpoints, type Filter } from './endpoints.ts'

/** Nobody being signed in is an answer, not a failure. */
async function whoAmI() {
  try {
    return await endpoints.me()
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null
    throw error
  }
}

/** What the pages read. The first word of a key is the kind of thing, so that a live event can find everything it touches. */
export const queries = {
  me: () => queryOptions({ queryKey: ['me'], queryFn: whoAmI, staleTime: Number.POSITIVE_INFINITY }),
  overview: () => queryOptions({ queryKey: ['overview'], queryFn: endpoints.overview }),

  sites: (filter: Filter = {}) =>
    queryOptions({
      queryKey: ['sites', 'list', filter],
      queryFn: () => endpoints.sites(filter),
      placeholderData: keepPreviousData,
    }),
  site: (id: string) => queryOptions({ queryKey: ['sites', 'one', id], queryFn: () => endpoints.site(id) }),

  gateways: (filter: Filter = {}) =>
    queryOptions({
      queryKey: ['gateways', 'list', filter],
      queryFn: () => endpoints.gateways(filter),
      placeholderData: keepPreviousData,
    }),
  gateway: (id: string) =>
    queryOptions({ queryKey: ['gateways', 'one', id], queryFn: () => endpoints.gateway(id) }),

  devices: (filter: Filter = {}) =>
    queryOptions({
      queryKey: ['devices', 'list', filter],
      queryFn: () => endpoints.devices(filter),
      placeholderData: keepPreviousData,
    }),
  device: (id: string) =>
    queryOptions({ queryKey: ['devices', 'one', id], queryFn: () => endpoints.device(id) }),
  series: (id: string) =>
    queryOptions({ queryKey: ['series', id], queryFn: () => endpoints.series(id), refetchInterval: 30_000 }),
  samples: (id: string, range: Filter) =>
    queryOptions({
      queryKey: ['samples', id, range],
      queryFn: () => endpoints.samples(id, range),
      placeholderData: keepPreviousData,
    }),
  timeline: (id: string) =>
    queryOptions({
      queryKey: ['devices', 'timeline', id],
      queryFn: () => endpoints.timeline(id, { limit: 20 }),
    }),

  tickets: (filter: Filter = {}) =>
    queryOptions({
      queryKey: ['tickets', 'list', filter],
      queryFn: () => endpoints.tickets(filter),
      placeholderData: keepPreviousData,
    }),
  ticket: (id: string) =>
    queryOptions({ queryKey: ['tickets', 'one', id], queryFn: () => endpoints.ticket(id) }),

  users: (filter: Filter = {}) =>
    queryOptions({ queryKey: ['users', 'list', filter], queryFn: () => endpoints.users(filter) }),
}
