import type { User } from '@stillwatch/contract/api/session.ts'
import { type QueryClient, useMutation, useQueryClient } from '@tanstack/react-query'
import { createContext, useContext } from 'react'
import { endpoints } from './endpoints.ts'
import { speak } from './language.ts'
import { queries } from './queries.ts'

const UserContext = createContext<User | undefined>(undefined)
export const UserProvider = UserContext.Provider

/** The person who is signed in. Only for what is drawn inside the shell. */
export function useUser(): User {
  const user = useContext(UserContext)
  if (!user) throw new Error('useUser needs a signed-in person.')
  return user
}

/** Forgets everything the signed-in person could see; the sign-in form takes the place of the page. */
export function forgetSession(cache: QueryClient): void {
  const me = queries.me().queryKey
  cache.setQueryData(me, null)
  cache.removeQueries({ predicate: (query) => query.queryKey[0] !== me[0] })
}

export function useSignIn() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: ({ username, password }: { username: string; password: string }) =>
      endpoints.signIn(username, password),
    onSuccess: async ({ user }) => {
      await speak(user.language)
      cache.setQueryData(queries.me().queryKey, user)
    },
  })
}

export function useSignOut() {
  const cache = useQueryClient()
  return useMutation({
    mutationFn: endpoints.signOut,
    // Also when the call failed: a session the server no longer knows is over, too.
    onSettled: () => forgetSession(cache),
  })
}
