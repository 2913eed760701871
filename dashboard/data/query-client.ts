import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { ApiError } from './api.ts'
import { forgetSession } from './session.tsx'

const MOST_RETRIES = 2
/** What was asked this recently is not asked again when a page opens; live events say earlier when it changed. */
const FRESH_MS = 10_000

export function createQueryClient(): QueryClient {
  const whenSessionEnds = (error: unknown) => {
    if (error instanceof ApiError && error.code === 'unauthenticated') forgetSession(client)
  }
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError: whenSessionEnds }),
    mutationCache: new MutationCache({ onError: whenSessionEnds }),
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        networkMode: 'always',
        retry: (failures, error) => failures < MOST_RETRIES && error instanceof ApiError && error.retriable,
      },
      mutations: { networkMode: 'always' },
    },
  })
  return client
}
