import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { restoreMail } from '../api/mail.ts'
import type { MailSettings } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Facts } from '../shared/facts.tsx'
import { Folded } from '../shared/folded.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { hostText } from './host-text.ts'
import { ServerForm } from './server-form.tsx'

interface Props {
  account: string
  settings: MailSettings
  /** Whether whoever looks may change them. */
  mine: boolean
  onChanged: () => Promise<unknown>
}

/** Where the mailbox is: folded away while the preset fits, to be set by hand where nothing is known. */
export function MailServers({ account, settings, mine, onChanged }: Props) {
  const texts = useTexts('mail')
  const [editing, setEditing] = useState(false)
  const restore = useMutation({ mutationFn: () => restoreMail(account), onSuccess: onChanged })
  const { imap, pop, smtp, by_hand } = settings
  if (mine && !imap && !pop && !smtp) {
    return (
      <Stack gap="sm">
        <Text size="sm">{texts.serversUnknown}</Text>
        <ServerForm account={account} settings={settings} onSaved={onChanged} />
      </Stack>
    )
  }
  const close = () => setEditing(false)
  return (
    <Folded title={texts.settings}>
      {restore.isError && <ProblemAlert error={restore.error} />}
      {editing ? (
        <ServerForm
          account={account}
          settings={settings}
          onCancel={close}
          onSaved={() => {
            close()
            return onChanged()
          }}
        />
      ) : (
        <>
          <Facts facts={factsOf(settings, texts)} />
          {mine && (
            <Group mt="sm">
              <Button size="xs" variant="default" onClick={() => setEditing(true)}>
                {texts.setByHand}
              </Button>
              {by_hand.length > 0 && (
                <>
                  <Button size="xs" variant="default" loading={restore.isPending} onClick={() => restore.mutate()}>
                    {texts.restore}
                  </Button>
                  <Text size="sm">{texts.byHand}</Text>
                </>
              )}
            </Group>
          )}
        </>
      )}
    </Folded>
  )
}

type Texts = ReturnType<typeof useTexts<'mail'>>

function factsOf(settings: MailSettings, texts: Texts) {
  const { mailbox, principal, imap, pop, smtp, mechanism, mechanisms, sent_copy } = settings
  const facts: (readonly [string, string])[] = [[texts.mailbox, mailbox ?? texts.unknown]]
  if (principal !== undefined && principal !== mailbox) facts.push([texts.principal, principal])
  for (const [name, server] of [
    ['IMAP', imap],
    ['POP', pop],
    ['SMTP', smtp],
  ] as const) {
    if (server !== undefined) facts.push([name, hostText(server)])
  }
  if (mechanism !== undefined) facts.push([texts.mechanisms, mechanism])
  else if (mechanisms.length > 0) facts.push([texts.mechanisms, mechanisms.join(', ')])
  facts.push([texts.copies, sent_copy === 'server' ? texts.copiesServer : texts.copiesHere])
  return facts
}
