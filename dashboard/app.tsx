import { MantineProvider } from '@mantine/core'
import type { Clock } from '@stillwatch/contract/time.ts'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { useState } from 'react'
import { createQueryClient } from './data/query-client.ts'
import { createServerTime, TimeProvider } from './data/time.tsx'
import { createPagesRouter } from './router.tsx'
import { theme } from './theme.ts'

/** The whole dashboard; time comes in from outside. */
export function App({ clock }: { clock: Clock }) {
  const [queryClient] = useState(createQueryClient)
  const [router] = useState(createPagesRouter)
  const [time] = useState(() => createServerTime(clock))
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <TimeProvider time={time}>
          <RouterProvider router={router} />
        </TimeProvider>
      </QueryClientProvider>
    </MantineProvider>
  )
}
