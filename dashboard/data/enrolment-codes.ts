import type { EnrolmentCode } from '@stillwatch/contract/api/gateways.ts'
import { useQuery, useQueryClient } from '@tanstack/react-query'

const keyOf = (gatewayId: string) => ['enrolment-code', gatewayId]

/** Keeps a code for the gateway's page: the server tells it once, and then only knows its hash. */
export function useEnrolmentCodes() {
  const cache = useQueryClient()
  return { keep: (code: EnrolmentCode) => cache.setQueryData(keyOf(code.id), code) }
}

/** The code made in this browser, as long as the page is not loaded again. */
export function useKeptCode(gatewayId: string): EnrolmentCode | undefined {
  const kept = useQuery<EnrolmentCode | null>({
    queryKey: keyOf(gatewayId),
    queryFn: () => null,
    staleTime: Number.POSITIVE_INFINITY,
    enabled: false,
  })
  return kept.data ?? undefined
}
