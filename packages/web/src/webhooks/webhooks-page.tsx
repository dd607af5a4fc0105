import { Button } from '@mantine/core'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { webhooksQuery } from '../api/webhooks.ts'
import { useTexts } from '../languages/speaking.tsx'
import { EmptyState } from '../shared/empty-state.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { Page } from '../shared/page.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import list from '../shared/row-list.module.css'
import { AddWebhook } from './add-webhook.tsx'
import { WebhookRow } from './webhook-row.tsx'

export function WebhooksPage() {
  const texts = useTexts('webhooks')
  const webhooks = useQuery(webhooksQuery)
  const [adding, setAdding] = useState(false)
  const add = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setAdding(true)}>
      {texts.add}
    </Button>
  )
  return (
    <Page title={texts.title} description={texts.lead} action={webhooks.data?.length ? add : undefined}>
      {webhooks.data?.length === 0 ? (
        <EmptyState icon={IconWebhook} title={texts.emptyTitle} action={add}>
          {texts.empty}
        </EmptyState>
      ) : webhooks.data ? (
        <ul className={list.list}>
          {webhooks.data.map((webhook) => (
            <WebhookRow key={webhook.id} webhook={webhook} />
          ))}
        </ul>
      ) : webhooks.isError ? (
        <ProblemAlert error={webhooks.error} retry={() => void webhooks.refetch()} />
      ) : (
        <LoadingRows count={2} />
      )}
      <AddWebhook open={adding} onClose={() => setAdding(false)} />
    </Page>
  )
}
