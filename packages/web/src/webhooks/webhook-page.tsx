import { Button, Group, Stack, Text } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconAlertTriangle, IconSend } from '@tabler/icons-react'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useParams } from 'react-router'
import { ProblemError } from '../api/problem-error.ts'
import type { Webhook, WebhookPatch } from '../api/types.ts'
import { deliveriesQuery, refreshWebhooks, sendTest, updateWebhook, webhookQuery } from '../api/webhooks.ts'
import { useTexts } from '../languages/speaking.tsx'
import { LoadingPage } from '../shared/loading-page.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { NotFound } from '../shared/not-found.tsx'
import { Notice } from '../shared/notice.tsx'
import { Page } from '../shared/page.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { DeleteWebhook } from './delete-webhook.tsx'
import { DeliveryItem } from './delivery-item.tsx'
import { NewSecret } from './new-secret.tsx'
import { useWebhookForm, WebhookFields, webhookOf } from './webhook-fields.tsx'
import classes from './webhooks.module.css'

export function WebhookPage() {
  const { id = '' } = useParams()
  const webhook = useQuery(webhookQuery(id))
  if (webhook.data) return <ShownWebhook key={id} webhook={webhook.data} />
  if (!webhook.isError) return <LoadingPage />
  if (webhook.error instanceof ProblemError && webhook.error.problem.status === 404) return <NotFound />
  return <ProblemAlert error={webhook.error} retry={() => void webhook.refetch()} />
}

function ShownWebhook({ webhook }: { webhook: Webhook }) {
  const texts = useTexts('webhooks')
  const client = useQueryClient()
  const { id, url, description, enabled, switched_off } = webhook
  const update = useMutation({
    mutationFn: (patch: WebhookPatch) => updateWebhook(id, patch),
    onSuccess: async () => {
      await refreshWebhooks(client)
      notifications.show({ message: texts.saved, color: 'evergreen' })
    },
  })
  return (
    <Page
      title={description ?? url}
      description={description ? url : undefined}
      back={{ to: '/settings/webhooks', label: texts.backToList }}
    >
      {switched_off && (
        <Notice tone={switched_off === 'person' ? 'quiet' : 'warn'} icon={IconAlertTriangle} title={texts.offTitle}>
          <Text size="sm" mb="xs">
            {texts.whyOff[switched_off]}
          </Text>
          <Button size="xs" loading={update.isPending} onClick={() => update.mutate({ enabled: true })}>
            {texts.switchOn}
          </Button>
        </Notice>
      )}
      <Deliveries id={id} />
      <Panel title={texts.settings}>
        <EditForm key={webhook.updated_at} webhook={webhook} update={update} />
      </Panel>
      <NewSecret webhook={webhook} />
      {enabled && (
        <Panel
          title={texts.switchOffTitle}
          description={texts.switchOffLead}
          aside={
            <Button variant="default" loading={update.isPending} onClick={() => update.mutate({ enabled: false })}>
              {texts.switchOff}
            </Button>
          }
        />
      )}
      <DeleteWebhook webhook={webhook} />
    </Page>
  )
}

interface Updating {
  readonly isPending: boolean
  readonly error: Error | null
  readonly mutate: (patch: WebhookPatch) => void
}

function EditForm({ webhook, update }: { webhook: Webhook; update: Updating }) {
  const texts = useTexts('webhooks')
  const form = useWebhookForm(webhook)
  return (
    <form onSubmit={form.onSubmit((draft) => update.mutate(webhookOf(draft)))} noValidate>
      <Stack gap="lg">
        {update.error && <ProblemAlert error={update.error} />}
        <WebhookFields form={form} />
        <Group justify="flex-end">
          <Button type="submit" loading={update.isPending}>
            {texts.save}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Deliveries({ id }: { id: string }) {
  const texts = useTexts('webhooks')
  const client = useQueryClient()
  const list = useInfiniteQuery(deliveriesQuery(id))
  const deliveries = list.data?.pages.flatMap((page) => page.deliveries)
  const [tried, setTried] = useState(false)
  const send = useMutation({
    mutationFn: () => sendTest(id),
    onSuccess: async () => {
      setTried(true)
      await client.invalidateQueries({ queryKey: deliveriesQuery(id).queryKey })
    },
  })
  return (
    <Panel
      title={texts.deliveries}
      description={texts.deliveriesLead}
      aside={
        <Button
          variant="default"
          leftSection={<IconSend size={17} aria-hidden />}
          loading={send.isPending}
          onClick={() => send.mutate()}
        >
          {texts.sendTest}
        </Button>
      }
    >
      {send.error && <ProblemAlert error={send.error} />}
      {tried && (
        <Text size="sm" role="status">
          {texts.testSent}
        </Text>
      )}
      {deliveries?.length === 0 ? (
        <Text size="sm" c="dimmed">
          {texts.noDeliveries}
        </Text>
      ) : deliveries ? (
        <>
          <ul className={classes.deliveries}>
            {deliveries.map((delivery) => (
              <DeliveryItem key={delivery.id} webhook={id} delivery={delivery} />
            ))}
          </ul>
          {list.isError && <ProblemAlert error={list.error} retry={() => void list.refetch()} />}
          {list.hasNextPage && (
            <div>
              <Button variant="default" onClick={() => void list.fetchNextPage()} loading={list.isFetchingNextPage}>
                {texts.older}
              </Button>
            </div>
          )}
        </>
      ) : list.isError ? (
        <ProblemAlert error={list.error} retry={() => void list.refetch()} />
      ) : (
        <LoadingRows count={2} />
      )}
    </Panel>
  )
}
