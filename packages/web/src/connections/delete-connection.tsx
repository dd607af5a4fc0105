import { Button, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { deleteConnection, dropConnection } from '../api/connections.ts'
import type { Connection } from '../api/types.ts'
import { ConfirmDialog } from '../shared/confirm-dialog.tsx'
import { Panel } from '../shared/panel.tsx'
import { tellRemoved } from '../shared/tell-removed.tsx'
import { texts } from './texts.ts'

export function DeleteConnection({ connection }: { connection: Connection }) {
  const client = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => deleteConnection(connection.id),
    onSuccess: async (removal) => {
      await navigate('/settings/connections', { replace: true })
      dropConnection(client, connection.id)
      tellRemoved(texts.deleted(connection.name), connection.provider_name, removal)
    },
  })
  return (
    <Panel
      title={texts.dangerTitle}
      description={texts.dangerLead}
      aside={
        <Button variant="default" leftSection={<IconTrash size={17} aria-hidden />} onClick={() => setAsking(true)}>
          {texts.delete}
        </Button>
      }
    >
      <ConfirmDialog
        open={asking}
        title={texts.deleteTitle(connection.name)}
        action={texts.delete}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">{texts.deleteText(connection.accounts.total)}</Text>
      </ConfirmDialog>
    </Panel>
  )
}
