import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from 'react-router'
import { createConnection, keepConnection } from '../api/connections.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Page } from '../shared/page.tsx'
import { newConnectionOf } from './connection-draft.ts'
import { ConnectionForm } from './connection-form.tsx'

export function NewConnectionPage() {
  const texts = useTexts('connections')
  const client = useQueryClient()
  const navigate = useNavigate()
  const create = useMutation({
    mutationFn: createConnection,
    onSuccess: (connection) => {
      keepConnection(client, connection)
      notifications.show({ message: texts.created, color: 'evergreen' })
      void navigate(`/settings/connections/${connection.id}`, { replace: true, state: { made: true } })
    },
  })
  return (
    <Page
      title={texts.newTitle}
      description={texts.newLead}
      back={{ to: '/settings/connections', label: texts.backToList }}
    >
      <ConnectionForm
        busy={create.isPending}
        error={create.error}
        onSubmit={(draft) => create.mutate(newConnectionOf(draft))}
      />
    </Page>
  )
}
