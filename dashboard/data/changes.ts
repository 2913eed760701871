import { useMutation, useQueryClient } from '@tanstack/react-query'

/** A change on the server, after which everything of these kinds is asked again. */
export function useChange<Input, Output>(change: (input: Input) => Promise<Output>, ...kinds: string[]) {
  const cache = useQueryClient()
  return useMutation<Output, Error, Input>({
    mutationFn: change,
    onSuccess: async () => {
      await Promise.all(
        [...kinds, 'overview'].map((kind) =>
          cache.invalidateQueries({ queryKey: [kind], refetchType: 'active' }),
        ),
      )
    },
  })
}
