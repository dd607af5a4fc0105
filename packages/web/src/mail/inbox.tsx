import { Button, Group, Skeleton, Table, Text, UnstyledButton } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { inboxQuery, messageQuery } from '../api/mail.ts'
import type { MailHeader } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { When } from '../shared/when.tsx'

/** What is in the INBOX, newest first. Looking at it changes nothing in it. */
export function Inbox({ account }: { account: string }) {
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
      {inbox.isError && <ProblemAlert error={inbox.error} />}
      {!data && !inbox.isError && <Skeleton height={120} radius="lg" />}
      {data?.messages.length === 0 && <Text c="dimmed">{texts.empty}</Text>}
      {data && data.messages.length > 0 && (
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{texts.from}</Table.Th>
              <Table.Th>{texts.subject}</Table.Th>
              <Table.Th>{texts.date}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {data.messages.map((message) => (
              <Table.Tr key={message.uid}>
                <Table.Td>{senderOf(message)}</Table.Td>
                <Table.Td>
                  <UnstyledButton
                    fw={message.seen ? 400 : 700}
                    aria-expanded={shown === message.uid}
                    onClick={() => setShown(shown === message.uid ? undefined : message.uid)}
                  >
                    {message.subject || texts.noSubject}
                  </UnstyledButton>
                  {shown === message.uid && <MessageText account={account} uid={message.uid} />}
                </Table.Td>
                <Table.Td>{message.date !== undefined && <When at={message.date} past />}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
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

function MessageText({ account, uid }: { account: string; uid: number }) {
  const texts = useTexts('mail')
  const message = useQuery(messageQuery(account, uid))
  if (message.isError) return <ProblemAlert error={message.error} />
  if (!message.data) return <Skeleton height={60} mt="xs" />
  const { text, truncated, attachments } = message.data
  return (
    <>
      <Text size="sm" mt="xs" style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {text}
      </Text>
      {truncated && <Text c="dimmed">{texts.truncated}</Text>}
      {attachments.length > 0 && (
        <Text c="dimmed" size="sm">
          {texts.attachments}: {attachments.map(({ name, type }) => name ?? type).join(', ')}
        </Text>
      )}
    </>
  )
}
