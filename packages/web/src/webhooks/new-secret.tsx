import { Button, Group, Radio, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Webhook } from '../api/types.ts'
import { refreshWebhooks, renewSecret } from '../api/webhooks.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { SecretDialog } from './secret-dialog.tsx'

const OVERLAPS = { day: 86_400, now: 0 } as const

/** A new secret in place of the present one, which may go on for a day beside it. */
export function NewSecret({ webhook }: { webhook: Webhook }) {
  const { texts: all, times } = useLanguage()
  const texts = all.webhooks
  const [open, setOpen] = useState(false)
  const { former_secret_until: until } = webhook
  return (
    <Panel
      title={texts.secret}
      description={until === undefined ? texts.secretLead : texts.twoSecrets({ when: times.exact(until) })}
      aside={
        <Button variant="default" onClick={() => setOpen(true)}>
          {texts.newSecret}
        </Button>
      }
    >
      <SecretDialog open={open} title={texts.newSecret} onClose={() => setOpen(false)}>
        {(onMade) => <NewSecretForm id={webhook.id} onMade={onMade} />}
      </SecretDialog>
    </Panel>
  )
}

function NewSecretForm({ id, onMade }: { id: string; onMade: (secret: string) => void }) {
  const texts = useTexts('webhooks')
  const client = useQueryClient()
  const [overlap, setOverlap] = useState<string>('day')
  const renew = useMutation({
    mutationFn: () => renewSecret(id, overlap === 'now' ? OVERLAPS.now : OVERLAPS.day),
    gcTime: 0,
    onSuccess: ({ secret }) => {
      onMade(secret)
      void refreshWebhooks(client)
    },
  })
  return (
    <Stack gap="lg">
      {renew.error && <ProblemAlert error={renew.error} />}
      <Text size="sm">{texts.newSecretText}</Text>
      <Radio.Group label={texts.overlap} value={overlap} onChange={setOverlap}>
        <Stack gap="xs" mt="xs">
          <Radio value="day" label={texts.overlapDay} />
          <Radio value="now" label={texts.overlapNone} />
        </Stack>
      </Radio.Group>
      <Group justify="flex-end">
        <Button loading={renew.isPending} onClick={() => renew.mutate()}>
          {texts.makeSecret}
        </Button>
      </Group>
    </Stack>
  )
}
