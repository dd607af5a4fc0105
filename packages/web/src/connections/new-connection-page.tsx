import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { createConnection, keepConnection } from '../api/connections.ts'
import { ProblemError } from '../api/problem-error.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Page } from '../shared/page.tsx'
import { useTell } from '../shared/tell.ts'
import { newConnectionOf } from './connection-draft.ts'
import { ConnectionForm } from './connection-form.tsx'
import { forgetNewAddress, newAddressQuery } from './new-address.ts'

export function NewConnectionPage() {
  const texts = useTexts('connections')
  const tell = useTell()
  const client = useQueryClient()
  const navigate = useNavigate()
  const address = useQuery(newAddressQuery)
  const create = useMutation({
    mutationFn: createConnection,
    gcTime: 0,
    onSuccess: (connection) => {
      keepConnection(client, connection)
      forgetNewAddress()
      client.removeQueries(newAddressQuery)
      tell(texts.created)
      void navigate(`/settings/connections/${connection.id}`, { replace: true, state: { made: true } })
    },
    // The address is another connection's: this one gets a new one.
    onError: (error) => {
      if (!(error instanceof ProblemError) || error.problem.field !== 'id') return
      forgetNewAddress()
      void address.refetch()
    },
  })
  return (
    <Page
      title={texts.newTitle}
      description={texts.newLead}
      back={{ to: '/settings/connections', label: texts.backToList }}
    >
      <ConnectionForm
        redirectUri={address.data?.redirect_uri}
        busy={create.isPending || address.isPending}
        error={create.error ?? address.error}
        onSubmit={(draft) =>
          create.mutate({
            ...newConnectionOf(draft),
            ...(address.data ? { id: address.data.id } : {}),
            ...(draft.password ? { password: draft.password } : {}),
          })
        }
      />
    </Page>
  )
}
