import { Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { IconUserShare } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { makeLink } from '../api/links.ts'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { When } from '../shared/when.tsx'

/** Asks somebody who has no user here to connect the account. */
export function MakeLink({ account }: { account: Account }) {
  const texts = useTexts('links')
  const [open, setOpen] = useState(false)
  const [note, setNote] = useState('')
  const made = useMutation({ mutationFn: () => makeLink(account.id, note.trim() === '' ? {} : { note }) })
  const close = () => {
    setOpen(false)
    setNote('')
    made.reset()
  }
  return (
    <>
      <Button variant="default" leftSection={<IconUserShare size={17} aria-hidden />} onClick={() => setOpen(true)}>
        {texts.ask}
      </Button>
      <Dialog opened={open} onClose={close} title={texts.askTitle}>
        <Stack>
          <Text size="sm">{texts.askLead}</Text>
          {made.error && <ProblemAlert error={made.error} />}
          {made.data ? (
            <>
              <CodeBlock label={texts.link} text={made.data.link} wrap />
              <Text size="sm">
                {texts.linkWorks} <When at={made.data.expires_at} />
              </Text>
              <Group justify="flex-end">
                <Button onClick={close}>{texts.done}</Button>
              </Group>
            </>
          ) : (
            <>
              <Textarea
                label={texts.noteField}
                description={texts.noteHelp}
                maxLength={500}
                autosize
                value={note}
                onChange={(event) => setNote(event.currentTarget.value)}
              />
              <Group justify="flex-end">
                <Button loading={made.isPending} onClick={() => made.mutate()}>
                  {texts.make}
                </Button>
              </Group>
            </>
          )}
        </Stack>
      </Dialog>
    </>
  )
}
