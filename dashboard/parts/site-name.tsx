import { useQuery } from '@tanstack/react-query'
import { queries } from '../data/queries.ts'

/** All sites a person may see, asked once and shared by everything that names one. */
export const useSites = () => useQuery({ ...queries.sites(), staleTime: 60_000 })

export const useGateways = () => useQuery({ ...queries.gateways(), staleTime: 60_000 })

export function SiteName({ id }: { id: string }) {
  const sites = useSites()
  return <span>{sites.data?.items.find((site) => site.id === id)?.name ?? ''}</span>
}
