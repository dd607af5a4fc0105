import { Container } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { Navigate, useLocation } from 'react-router'
import { sessionQuery } from '../api/session.ts'
import { LoadingPage } from '../shared/loading-page.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'

/** Shows its children to a signed-in person; everybody else signs in first and then comes back to this address. */
export function SessionGuard({ children }: { children: ReactNode }) {
  const location = useLocation()
  const session = useQuery({
    ...sessionQuery,
    // Before the first answer there is no event stream yet that would notice the server coming back.
    refetchInterval: (query) => (query.state.status === 'error' ? 3_000 : false),
  })
  if (session.data) {
    if (session.data.signed_in) return children
    const from = location.pathname + location.search
    return <Navigate to="/sign-in" replace state={{ from }} />
  }
  return (
    <Container size={920} py={90}>
      {session.isError ? <ProblemAlert error={session.error} retry={() => void session.refetch()} /> : <LoadingPage />}
    </Container>
  )
}
