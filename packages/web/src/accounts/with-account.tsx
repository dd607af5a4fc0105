import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { useParams } from 'react-router'
import { accountQuery, successorQuery } from '../api/accounts.ts'
import { usePollInterval } from '../api/live.tsx'
import { ProblemError } from '../api/problem-error.ts'
import type { Account } from '../api/types.ts'
import { LoadingPage } from '../shared/loading-page.tsx'
import { NotFound } from '../shared/not-found.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { RemovedAccount } from './removed-account.tsx'
import { ReplacedBy } from './replaced-by.tsx'

/** Loads the account that the address names, and gives it to the page once it is there. */
export function WithAccount({ children }: { children: (account: Account) => ReactNode }) {
  const { id = '' } = useParams()
  const refetchInterval = usePollInterval()
  const successor = useQuery(successorQuery(id)).data
  const account = useQuery({ ...accountQuery(id), refetchInterval, enabled: successor === undefined })
  if (successor !== undefined) return <ReplacedBy account={successor} />
  if (account.error instanceof ProblemError && account.error.problem.status === 404) {
    return account.data ? <RemovedAccount account={account.data} /> : <NotFound />
  }
  if (account.data) return children(account.data)
  if (!account.isError) return <LoadingPage />
  return <ProblemAlert error={account.error} retry={() => void account.refetch()} />
}
