import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isSignedOut, ProblemError } from './problem-error.ts'
import { sessionQuery } from './session.ts'

export function createQueryClient(): QueryClient {
  // A 401 anywhere means that the session ended: asking for it again lets the guard show the sign-in page.
  const onError = (error: unknown) => {
    if (isSignedOut(error)) void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
  }
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        staleTime: 15_000,
        // A refusal stays a refusal; only an unreachable server is worth asking again.
        retry: (count, error) => !(error instanceof ProblemError) && count < 3,
        retryDelay: (count) => Math.min(500 * 2 ** count, 5_000),
        // The browser's idea of being offline says nothing about a server on this machine.
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  })
  return client
}
