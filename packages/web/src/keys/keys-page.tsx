import { Button } from '@mantine/core'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { apiKeysQuery } from '../api/api-keys.ts'
import { useTexts } from '../languages/speaking.tsx'
import { EmptyState } from '../shared/empty-state.tsx'
import { LoadingRows } from '../shared/loading-rows.tsx'
import { Page } from '../shared/page.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import list from '../shared/row-list.module.css'
import { CreateKey } from './create-key.tsx'
import { KeyRow } from './key-row.tsx'

export function KeysPage() {
  const texts = useTexts('keys')
  const keys = useQuery(apiKeysQuery)
  const [creating, setCreating] = useState(false)
  const create = (
    <Button leftSection={<IconPlus size={18} aria-hidden />} onClick={() => setCreating(true)}>
      {texts.create}
    </Button>
  )
  return (
    <Page title={texts.title} description={texts.lead} action={keys.data?.length ? create : undefined}>
      {keys.data?.length === 0 ? (
        <EmptyState icon={IconKey} title={texts.emptyTitle} action={create}>
          {texts.empty}
        </EmptyState>
      ) : keys.data ? (
        <ul className={list.list}>
          {keys.data.map((key) => (
            <KeyRow key={key.id} apiKey={key} />
          ))}
        </ul>
      ) : keys.isError ? (
        <ProblemAlert error={keys.error} retry={() => void keys.refetch()} />
      ) : (
        <LoadingRows count={2} />
      )}
      <CreateKey open={creating} onClose={() => setCreating(false)} />
    </Page>
  )
}
