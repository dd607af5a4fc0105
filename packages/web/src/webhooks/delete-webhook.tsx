import { Button, Text } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import type { Webhook } from '../api/types.ts'
import { deleteWebhook, webhookQuery, webhooksQuery } from '../api/webhooks.ts'
import { useTexts } from '../languages/speaking.tsx'
import { ConfirmDialog } from '../shared/confirm-dialog.tsx'
import { Panel } from '../shared/panel.tsx'

export function DeleteWebhook({ webhook }: { webhook: Webhook }) {
  const texts = useTexts('webhooks')
  const client = useQueryClient()
  const navigate = useNavigate()
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => deleteWebhook(webhook.id),
    onSuccess: async () => {
      await navigate('/settings/webhooks', { replace: true })
      client.removeQueries({ queryKey: webhookQuery(webhook.id).queryKey })
      await client.invalidateQueries({ queryKey: webhooksQuery.queryKey, exact: true })
    },
  })
  return (
    <Panel
      title={texts.delete}
      description={texts.deleteLead}
      aside={
        <Button variant="default" leftSection={<IconTrash size={17} aria-hidden />} onClick={() => setAsking(true)}>
          {texts.delete}
        </Button>
      }
    >
      <ConfirmDialog
        open={asking}
        title={texts.deleteTitle}
        action={texts.delete}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">{texts.deleteText({ url: webhook.url })}</Text>
      </ConfirmDialog>
    </Panel>
  )
}
