import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { createWebhook, refreshWebhooks } from '../api/webhooks.ts'
import { useTexts } from '../languages/speaking.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { SecretDialog } from './secret-dialog.tsx'
import { useWebhookForm, WebhookFields, webhookOf } from './webhook-fields.tsx'

/** Asks where to and what, then shows the secret this one time. */
export function AddWebhook({ open, onClose }: { open: boolean; onClose: () => void }) {
  const texts = useTexts('webhooks')
  return (
    <SecretDialog open={open} title={texts.add} onClose={onClose}>
      {(onMade) => <AddForm onMade={onMade} />}
    </SecretDialog>
  )
}

function AddForm({ onMade }: { onMade: (secret: string) => void }) {
  const texts = useTexts('webhooks')
  const client = useQueryClient()
  const form = useWebhookForm()
  const add = useMutation({
    mutationFn: createWebhook,
    gcTime: 0,
    onSuccess: ({ secret }) => {
      onMade(secret)
      void refreshWebhooks(client)
    },
  })
  return (
    <form onSubmit={form.onSubmit((draft) => add.mutate(webhookOf(draft)))} noValidate>
      <Stack gap="lg">
        {add.error && <ProblemAlert error={add.error} />}
        <WebhookFields form={form} />
        <Group justify="flex-end">
          <Button type="submit" loading={add.isPending}>
            {texts.add}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
