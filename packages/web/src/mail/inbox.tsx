import { Anchor, Button, Group, List, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconPaperclip } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { attachmentAddress, inboxQuery, messageQuery } from '../api/mail.ts'
import type { MailHeader, MailMessage } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { When } from '../shared/when.tsx'
import classes from './inbox.module.css'
import { sizeText } from './size-text.ts'

interface Reading {
  account: string
  /** Begins an answer; absent where nothing can be sent. */
  onReply?: ((message: MailMessage) => void) | undefined
}

/** What is in the INBOX, newest first. Looking at it changes nothing in it. */
export function Inbox({ account, onReply }: Reading) {
  const texts = useTexts('mail')
  const [pages, setPages] = useState<readonly number[]>([])
  const [shown, setShown] = useState<number>()
  const inbox = useQuery(inboxQuery(account, pages.at(-1)))
  const { data } = inbox
  return (
    <Panel
      title={texts.inbox}
      aside={
        <Button variant="default" size="xs" loading={inbox.isFetching} onClick={() => void inbox.refetch()}>
          {texts.reload}
        </Button>
      }
    >
      {inbox.isError && <ProblemAlert error={inbox.error} retry={() => void inbox.refetch()} />}
      {!data && !inbox.isError && <Skeleton height={120} radius="lg" />}
      {data?.messages.length === 0 && <Text c="dimmed">{texts.empty}</Text>}
      {data && data.messages.length > 0 && (
        <ul className={classes.messages}>
          {data.messages.map((message) => (
            <li key={message.uid}>
              <UnstyledButton
                className={classes.subject}
                data-unread={!message.seen || undefined}
                aria-expanded={shown === message.uid}
                onClick={() => setShown(shown === message.uid ? undefined : message.uid)}
              >
                {message.subject || texts.noSubject}
              </UnstyledButton>
              <span className={classes.date}>{message.date !== undefined && <When at={message.date} past />}</span>
              <span className={classes.sender}>{senderOf(message)}</span>
              {shown === message.uid && (
                <div className={classes.message}>
                  <MessageText account={account} uid={message.uid} onReply={onReply} />
                </div>
              )}
            </li>
          ))}
        </ul>
      )}
      <Group mt="sm">
        {pages.length > 0 && (
          <Button variant="default" size="xs" onClick={() => setPages(pages.slice(0, -1))}>
            {texts.newer}
          </Button>
        )}
        {data?.next !== undefined && (
          <Button variant="default" size="xs" onClick={() => setPages([...pages, data.next ?? 1])}>
            {texts.older}
          </Button>
        )}
      </Group>
    </Panel>
  )
}

function senderOf({ from: [first] }: MailHeader): string {
  return first?.name || first?.address || ''
}

function MessageText({ account, uid, onReply }: Reading & { uid: number }) {
  const texts = useTexts('mail')
  const language = useLanguage()
  const message = useQuery(messageQuery(account, uid))
  if (message.isError) return <ProblemAlert error={message.error} />
  if (!message.data) return <Skeleton height={60} />
  const { text, truncated, attachments } = message.data
  return (
    <Stack gap="sm">
      <Text size="sm" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Text>
      {truncated && <Text c="dimmed">{texts.truncated}</Text>}
      {attachments.length > 0 && (
        <List size="sm" aria-label={texts.attachments} listStyleType="none">
          {attachments.map(({ part, name, type, size }) => (
            <List.Item key={part} icon={<IconPaperclip size={15} aria-hidden />}>
              {/* Saved and never shown: the server hands it on as octets, whatever its sender calls it. */}
              <Anchor
                href={attachmentAddress(account, uid, part)}
                download={name ?? true}
                aria-label={texts.saveFile({ name: name ?? type })}
                style={{ overflowWrap: 'anywhere' }}
              >
                {name ?? type}
              </Anchor>{' '}
              <Text span size="sm" c="dimmed">
                {sizeText(size, language.tag)}
              </Text>
            </List.Item>
          ))}
        </List>
      )}
      {onReply && (
        <div>
          <Button variant="default" size="xs" onClick={() => onReply(message.data)}>
            {texts.reply}
          </Button>
        </div>
      )}
    </Stack>
  )
}
