import { useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { LiveProvider } from '../data/live.tsx'
import { queries } from '../data/queries.ts'
import { UserProvider } from '../data/session.tsx'
import { PageLoading } from './fallbacks.tsx'
import { Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'
import { Trouble } from './trouble.tsx'

/** The shell with a page in it, or the sign-in form in the same place: after signing in one is where one wanted to go. */
export function SignedIn() {
  const me = useQuery(queries.me())
  if (me.data === null) return <SignIn />
  if (me.data === undefined)
    return (
      <main style={{ maxWidth: 480, margin: '20vh auto', padding: 16 }}>
        {me.error ? <Trouble error={me.error} retry={() => void me.refetch()} /> : <PageLoading />}
      </main>
    )
  return (
    <UserProvider value={me.data}>
      <LiveProvider>
        <Shell>
          <Outlet />
        </Shell>
      </LiveProvider>
    </UserProvider>
  )
}
