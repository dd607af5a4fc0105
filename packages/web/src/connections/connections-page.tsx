import { Button } from '@mantine/core'
import { IconPlugConnected, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { connectionsQuery } from '../api/connections.ts'
import { useTexts } from '../languages/speaking.tsx'
import { EmptyState } from '../shared/empty-state.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { Page } from '../shared/page.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { FoundConnections } from './found-connections.tsx'
import { SandboxAgain } from './sandbox-again.tsx'

export function ConnectionsPage() {
  const texts = useTexts('connections')
  const connections = useQuery(connectionsQuery)
  const add = (
    <Button component={Link} to="/settings/connections/new" leftSection={<IconPlus size={18} aria-hidden />}>
      {texts.add}
    </Button>
  )
  return (
    <Page title={texts.title} description={texts.lead} action={connections.data?.length ? add : undefined}>
      {connections.data?.length === 0 ? (
        <EmptyState icon={IconPlugConnected} title={texts.emptyTitle} action={add}>
          {texts.empty}
        </EmptyState>
      ) : connections.data ? (
        <FoundConnections connections={connections.data} />
      ) : connections.isError ? (
        <ProblemAlert error={connections.error} retry={() => void connections.refetch()} />
      ) : (
        <LoadingRows count={2} />
      )}
      {connections.data && <SandboxAgain />}
    </Page>
  )
}
