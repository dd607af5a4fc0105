import { Text } from '@mantine/core'
import { IconAlertTriangle, IconArrowRight } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation, useParams } from 'react-router'
import { connectionQuery, keepConnection, updateConnection } from '../api/connections.ts'
import { ProblemError } from '../api/problem-error.ts'
import type { Connection, ConnectionPatch } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { LoadingPage } from '../shared/loading-page.tsx'
import { NotFound } from '../shared/not-found.tsx'
import { Notice } from '../shared/notice.tsx'
import { Page } from '../shared/page.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useTell } from '../shared/tell.ts'
import { CheckPanel } from './check-panel.tsx'
import { connectionChangesOf } from './connection-draft.ts'
import { ConnectionForm } from './connection-form.tsx'
import { DeleteConnection } from './delete-connection.tsx'
import { FormerSecret } from './former-secret.tsx'
import { TryConnection } from './try-connection.tsx'

export function ConnectionPage() {
  const { id = '' } = useParams()
  const connection = useQuery(connectionQuery(id))
  if (connection.data) return <EditConnection key={id} connection={connection.data} />
  if (!connection.isError) return <LoadingPage />
  if (connection.error instanceof ProblemError && connection.error.problem.status === 404) return <NotFound />
  return <ProblemAlert error={connection.error} retry={() => void connection.refetch()} />
}

function EditConnection({ connection }: { connection: Connection }) {
  const texts = useTexts('connections')
  const tell = useTell()
  const client = useQueryClient()
  const justMade = (useLocation().state as { made?: boolean } | null)?.made === true
  const [saves, setSaves] = useState(0)
  const update = useMutation({
    mutationFn: (patch: ConnectionPatch) => updateConnection(connection.id, patch),
    gcTime: 0,
    onSuccess: (saved) => {
      keepConnection(client, saved)
      // The form starts afresh from what is stored now, so a secret that was typed is gone from the page.
      setSaves((count) => count + 1)
      tell(texts.saved)
    },
  })
  const { ok, total } = connection.accounts ?? { ok: 0, total: 0 }
  return (
    <Page
      title={connection.name}
      description={`${connection.provider_name} · ${total === 0 ? texts.accountsNone : texts.accounts({ ok, count: total })}`}
      back={{ to: '/settings/connections', label: texts.backToList }}
    >
      {justMade && (
        <Notice tone="wait" icon={IconArrowRight} title={texts.registerNow}>
          <Text size="sm" mb="xs">
            {texts.registerNowText}
          </Text>
          <CodeBlock label={texts.redirectUri} text={connection.redirect_uri} wrap />
        </Notice>
      )}
      {connection.last_error && (
        <Notice tone="warn" icon={IconAlertTriangle} title={texts.lastError}>
          <Text size="sm">{connection.last_error}</Text>
        </Notice>
      )}
      <FormerSecret connection={connection} />
      <CheckPanel connection={connection} />
      <TryConnection connection={connection} />
      <ConnectionForm
        key={saves}
        connection={connection}
        redirectUri={connection.redirect_uri}
        busy={update.isPending}
        error={update.error}
        onSubmit={(draft) =>
          update.mutate({
            ...connectionChangesOf(draft, connection, Date.now() / 1000),
            ...(draft.password ? { password: draft.password } : {}),
          })
        }
      />
      <DeleteConnection connection={connection} />
    </Page>
  )
}
