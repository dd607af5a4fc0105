import { Button, Group, Text } from '@mantine/core'
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { keepConnection, updateConnection } from '../api/connections.ts'
import type { Connection } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { ConfirmDialog } from '../shared/confirm-dialog.tsx'
import { Notice } from '../shared/notice.tsx'
import { Panel } from '../shared/panel.tsx'
import { useTell } from '../shared/tell.ts'
import { When } from '../shared/when.tsx'
import classes from './secret-field.module.css'

/** While a connection has two secrets: which one the provider takes, when the former one goes, and its end by hand. */
export function FormerSecret({ connection }: { connection: Connection }) {
  const texts = useTexts('connections')
  const client = useQueryClient()
  const tell = useTell()
  const [asking, setAsking] = useState(false)
  const remove = useMutation({
    mutationFn: () => updateConnection(connection.id, { former_secret: null }),
    onSuccess: (saved) => {
      keepConnection(client, saved)
      tell(texts.formerRemoved)
    },
  })
  const former = connection.former_secret
  if (former === undefined) return null
  const { hint, ends_at, used_since } = former
  return (
    <Panel
      title={texts.formerTitle}
      description={texts.formerLead}
      aside={
        <Button variant="default" onClick={() => setAsking(true)}>
          {texts.removeFormer}
        </Button>
      }
    >
      <WhichIsTaken connection={connection} />
      <Group gap="md" mt="md">
        <Text size="sm">{texts.formerSecret}</Text>
        <span className={classes.stored}>
          <span className={classes.dots}>{`••••${hint ?? '••••'}`}</span>
          <span>
            {ends_at === undefined ? (
              texts.formerStays
            ) : (
              <>
                {texts.formerEnds} <When at={ends_at} />, {texts.formerEndsIf}
              </>
            )}
          </span>
        </span>
      </Group>
      <ConfirmDialog
        open={asking}
        title={texts.removeFormerTitle}
        action={texts.removeFormer}
        busy={remove.isPending}
        error={remove.error}
        onConfirm={() => remove.mutate()}
        onClose={() => setAsking(false)}
      >
        <Text size="sm">{used_since === undefined ? texts.removeFormerText : texts.removeFormerUsed}</Text>
      </ConfirmDialog>
    </Panel>
  )
}

function WhichIsTaken({ connection: { former_secret, secret_taken_at } }: { connection: Connection }) {
  const texts = useTexts('connections')
  if (former_secret?.used_since !== undefined) {
    return (
      <Notice tone="warn" icon={IconAlertTriangle} title={texts.newRefused} role="status">
        <Text size="sm">{texts.newRefusedText}</Text>
      </Notice>
    )
  }
  return secret_taken_at === undefined ? (
    <Notice tone="quiet" icon={IconCircleDashed} title={texts.newUntried} role="status" />
  ) : (
    <Notice tone="good" icon={IconCircleCheck} title={texts.newTaken} role="status" />
  )
}
