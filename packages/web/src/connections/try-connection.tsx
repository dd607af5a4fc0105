import { Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { IconCircleCheck, IconUserPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { accountAddress } from '../accounts/account-label.ts'
import { ConnectPanel } from '../accounts/connect-panel.tsx'
import { TestOutcome } from '../accounts/test-outcome.tsx'
import { useConnect } from '../accounts/use-connect.ts'
import {
  accountQuery,
  createAccount,
  dropAccount,
  keepAccount,
  removeAccount,
  successorQuery,
  testAccount,
} from '../api/accounts.ts'
import { connectionQuery } from '../api/connections.ts'
import { usePollInterval } from '../api/live.tsx'
import type { Account, Connection } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { tellRemoved } from '../shared/tell-removed.tsx'

/** The end of the way to a connection: an account of one's own, connected and tested on the spot. */
export function TryConnection({ connection }: { connection: Connection }) {
  const texts = useTexts('connections')
  const client = useQueryClient()
  const [tried, setTried] = useState<string>()
  const begin = useMutation({
    mutationFn: () => createAccount({ connection: connection.id }),
    onSuccess: (account) => {
      keepAccount(client, account)
      setTried(account.id)
    },
  })
  return (
    <Panel
      title={texts.tryTitle}
      description={texts.tryLead}
      aside={
        tried === undefined && (
          <Button
            variant="default"
            leftSection={<IconUserPlus size={17} aria-hidden />}
            onClick={() => begin.mutate()}
            loading={begin.isPending}
          >
            {texts.tryIt}
          </Button>
        )
      }
    >
      {begin.error && <ProblemAlert error={begin.error} />}
      {tried !== undefined && <Trial id={tried} connection={connection} onEnd={() => setTried(undefined)} />}
    </Panel>
  )
}

interface TrialProps {
  readonly connection: Connection
  readonly onEnd: () => void
}

function Trial({ id, ...props }: TrialProps & { readonly id: string }) {
  const refetchInterval = usePollInterval()
  // Whoever has connected the same account before may have chosen to replace that one.
  const successor = useQuery(successorQuery(id)).data
  const account = useQuery({ ...accountQuery(successor ?? id), refetchInterval })
  if (account.data) {
    return <TrialOf key={account.data.id} account={account.data} replaced={successor !== undefined} {...props} />
  }
  return account.isError ? <ProblemAlert error={account.error} /> : <Skeleton height={90} radius="md" />
}

function TrialOf({ account, replaced, connection, onEnd }: TrialProps & { account: Account; replaced: boolean }) {
  const texts = useTexts('connections')
  const words = useTexts('accounts')
  const connecting = useConnect(account)
  const { progress } = connecting
  const provider = connection.provider_name
  if (replaced || progress === 'done') {
    return <Tried account={account} replaced={replaced} connection={connection} onEnd={onEnd} />
  }
  return (
    <Stack gap="md">
      <ConnectPanel account={account} connecting={connecting} />
      {progress === undefined && <Text size="sm">{texts.tryNow({ provider })}</Text>}
      <Group gap="sm">
        {progress === undefined && (
          <Button onClick={connecting.begin} loading={connecting.starting}>
            {words.continueTo({ provider })}
          </Button>
        )}
        <RemoveTried account={account} connection={connection} onEnd={onEnd} label={texts.tryStop} />
      </Group>
    </Stack>
  )
}

function Tried({ account, replaced, connection, onEnd }: TrialProps & { account: Account; replaced: boolean }) {
  const texts = useTexts('connections')
  const words = useTexts('accounts')
  const client = useQueryClient()
  const test = useQuery({
    queryKey: ['tried', account.id],
    queryFn: async () => {
      const outcome = await testAccount(account.id)
      // How many accounts work is counted anew.
      void client.invalidateQueries({ queryKey: connectionQuery(connection.id).queryKey })
      return outcome
    },
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  return (
    <Stack gap="md">
      <Notice
        tone="good"
        icon={IconCircleCheck}
        title={words.connected({ account: accountAddress(account) })}
        role="status"
      >
        {account.missing_scopes.length > 0 && (
          <Text size="sm">{texts.tryMissing({ scopes: account.missing_scopes.join(' ') })}</Text>
        )}
      </Notice>
      {test.data ? (
        <TestOutcome outcome={test.data} />
      ) : test.error ? (
        <ProblemAlert error={test.error} retry={() => void test.refetch()} />
      ) : (
        <Skeleton height={70} radius="md" />
      )}
      <Group gap="sm">
        <Button component={Link} to={`/accounts/${account.id}`} variant="default">
          {words.openAccount}
        </Button>
        {/* The one that was there before is not the trial's to remove. */}
        {!replaced && <RemoveTried account={account} connection={connection} onEnd={onEnd} label={texts.tryRemove} />}
      </Group>
    </Stack>
  )
}

function RemoveTried({ account, connection, onEnd, label }: TrialProps & { account: Account; label: string }) {
  const words = useTexts('accounts')
  const language = useLanguage()
  const client = useQueryClient()
  const remove = useMutation({
    mutationFn: () => removeAccount(account.id, true),
    onSuccess: (removal) => {
      onEnd()
      dropAccount(client, account.id)
      tellRemoved(words.removed({ account: accountAddress(account) }), connection.provider_name, removal, language)
    },
  })
  return (
    <>
      <Button variant="subtle" onClick={() => remove.mutate()} loading={remove.isPending}>
        {label}
      </Button>
      {remove.error && <ProblemAlert error={remove.error} />}
    </>
  )
}
