import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from '../api/session.ts'
import type { Account, Session } from '../api/types.ts'

/** Who is signed in. Undefined before that, and for a moment after signing out. */
export function useUser(): Session['user'] {
  return useQuery(sessionQuery).data?.user
}

/** Whether they can prove with a password who they are; somebody without one signs in with a provider only. */
export function useHasPassword(): boolean {
  return useUser()?.has_password ?? true
}

export function useIsAdmin(): boolean {
  return useUser()?.role === 'admin'
}

/** Only the owner connects an account; what is nobody's, administrators look after. */
export function useMayConnect({ owner }: Account): boolean {
  const user = useUser()
  return owner ? owner.id === user?.id : user?.role === 'admin'
}
