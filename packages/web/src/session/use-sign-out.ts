import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { sessionQuery, signOut } from '../api/session.ts'
import type { Session } from '../api/types.ts'

/** Signs out and leads to the door; `from`: where somebody goes on who signs in again. */
export function useSignOut(from?: string) {
  const client = useQueryClient()
  const navigate = useNavigate()
  return useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      client.setQueryData(sessionQuery.queryKey, (known) => known && withoutUser(known))
      await navigate('/sign-in', { replace: true, ...(from === undefined ? {} : { state: { from } }) })
      // Nothing of one person stays in memory for the next one.
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionQuery.queryKey[0] })
      // What the door offers is only told to somebody who is not signed in.
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
}

function withoutUser({ user: _user, ...session }: Session): Session {
  return { ...session, signed_in: false }
}
