import { Button, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { deleteConnection, dropConnection } from '../api/connections.ts'
import type { Connection } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { ConfirmDialog } from '../shared/confirm-dialog.tsx'
import { Panel } from '../shared/panel.tsx'
import { tellRemoved } from '../shared/tell-removed.tsx'

export function DeleteConnection({ connection }: { connection: Connection }) {
  const texts = useTexts('connections')
  const client = useQueryClient()
  const language = useLanguage()
  const navigate = useNavigate()
  const { total } = connection.accounts ?? { total: 0 }
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => deleteConnection(connection.id),
    onSuccess: async (removal) => {
      await navigate('/settings/connections', { replace: true })
      dropConnection(client, connection.id)
      tellRemoved(texts.deleted({ name: connection.name }), connection.provider_name, removal, language)
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
        title={texts.deleteTitle({ name: connection.name })}
        action={texts.delete}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">{total === 0 ? texts.deleteUnused : texts.deleteUsed({ count: total })}</Text>
      </ConfirmDialog>
    </Panel>
  )
}
