import { Button, Select, Skeleton, Stack, TextInput } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearchParams } from 'react-router'
import { createAccount, keepAccount, relistAccounts } from '../api/accounts.ts'
import { connectionsQuery } from '../api/connections.ts'
import type { Connection } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Page } from '../shared/page.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { NoConnection } from './no-connection.tsx'

/** From so many connections on one is typed, and so many are offered at once. */
const [MANY, MOST] = [8, 100]

export function NewAccountPage() {
  const texts = useTexts('accounts')
  const connections = useQuery(connectionsQuery)
  return (
    <Page title={texts.newTitle} description={texts.newLead} back={{ to: '/accounts', label: texts.backToList }} narrow>
      {connections.data ? (
        connections.data.length > 0 ? (
          <NewAccountForm connections={connections.data} />
        ) : (
          <NoConnection />
        )
      ) : connections.isError ? (
        <ProblemAlert error={connections.error} retry={() => void connections.refetch()} />
      ) : (
        <Skeleton height={330} radius="lg" />
      )}
    </Page>
  )
}

function NewAccountForm({ connections }: { connections: Connection[] }) {
  const texts = useTexts('accounts')
  const client = useQueryClient()
  const navigate = useNavigate()
  const [search] = useSearchParams()
  const wanted = connections.find(({ id }) => id === search.get('connection')) ?? connections[0]
  const form = useForm({
    initialValues: { connection: wanted?.id ?? '', login_hint: '', name: '' },
    validate: { connection: isNotEmpty(texts.connectionHelp) },
  })
  const create = useMutation({
    mutationFn: createAccount,
    onSuccess: (account) => {
      keepAccount(client, account)
      void relistAccounts(client)
      void navigate(`/accounts/${account.id}/connect`, { replace: true })
    },
  })
  const submit = form.onSubmit(({ connection, login_hint, name }) =>
    create.mutate({
      connection,
      ...(login_hint.trim() ? { login_hint: login_hint.trim() } : {}),
      ...(name.trim() ? { name: name.trim() } : {}),
    }),
  )
  return (
    <Panel>
      <form onSubmit={submit} noValidate>
        <Stack gap="lg">
          {create.error && <ProblemAlert error={create.error} />}
          <Select
            label={texts.connection}
            description={texts.connectionHelp}
            data={connections.map(({ id, name, provider_name }) => ({
              value: id,
              label: name === provider_name ? name : `${name} (${provider_name})`,
            }))}
            allowDeselect={false}
            searchable={connections.length > MANY}
            limit={MOST}
            required
            {...form.getInputProps('connection')}
          />
          <TextInput
            label={texts.hint}
            description={texts.hintHelp}
            autoComplete="off"
            {...form.getInputProps('login_hint')}
          />
          <TextInput
            label={texts.name}
            description={texts.nameHelp}
            autoComplete="off"
            {...form.getInputProps('name')}
          />
          <div>
            <Button type="submit" loading={create.isPending}>
              {texts.next}
            </Button>
          </div>
        </Stack>
      </form>
    </Panel>
  )
}
