import { Button } from '@mantine/core'
import { IconPlus, IconUsers } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { accountCountsQuery } from '../api/accounts.ts'
import { connectionsQuery } from '../api/connections.ts'
import { usePollInterval } from '../api/live.tsx'
import { useTexts } from '../languages/speaking.tsx'
import { EmptyState } from '../shared/empty-state.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { Page } from '../shared/page.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { FoundAccounts } from './found-accounts.tsx'
import { NoConnection } from './no-connection.tsx'

export function AccountsPage() {
  const texts = useTexts('accounts')
  const refetchInterval = usePollInterval()
  const counts = useQuery({ ...accountCountsQuery({}), refetchInterval })
  const connections = useQuery(connectionsQuery)
  const noConnection = connections.data?.length === 0
  return (
    <Page
      title={texts.title}
      description={texts.lead}
      action={
        !noConnection && (
          <Button component={Link} to="/accounts/new" leftSection={<IconPlus size={18} aria-hidden />}>
            {texts.add}
          </Button>
        )
      }
    >
      {counts.data ? (
        <AccountList total={counts.data.total} noConnection={noConnection} />
      ) : counts.isError ? (
        <ProblemAlert error={counts.error} retry={() => void counts.refetch()} />
      ) : (
        <LoadingRows />
      )}
    </Page>
  )
}

function AccountList({ total, noConnection }: { total: number; noConnection: boolean }) {
  const texts = useTexts('accounts')
  if (total > 0) return <FoundAccounts total={total} />
  if (noConnection) return <NoConnection />
  return (
    <EmptyState icon={IconUsers} title={texts.emptyTitle}>
      {texts.empty}
    </EmptyState>
  )
}
