import { useQuery } from '@tanstack/react-query'
import { queries } from '../data/queries.ts'

/** More sites than this are not loaded to name them: then rows show no site. */
export const MOST_SITES = 500

/** All sites a person may see, asked once and shared by everything that names one. */
export const useSites = () => useQuery({ ...queries.sites({ limit: MOST_SITES }), staleTime: 60_000 })

export const useGateways = () => useQuery({ ...queries.gateways({ limit: 500 }), staleTime: 60_000 })

export function SiteName({ id }: { id: string }) {
  const sites = useSites()
  return <span>{sites.data?.items.find((site) => site.id === id)?.name ?? ''}</span>
}
