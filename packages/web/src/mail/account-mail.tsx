import { Button, Group, Skeleton, Text } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { mailQuery, restoreMail, verifyMail } from '../api/mail.ts'
import { sessionQuery } from '../api/session.ts'
import type { Account, MailHost, MailSettings } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Facts } from '../shared/facts.tsx'
import { Folded } from '../shared/folded.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { Inbox } from './inbox.tsx'
import { MailSteps } from './mail-steps.tsx'
import { WriteMail } from './write-mail.tsx'

/** Mail of an account: whether it works, and for its owner what is in it. */
export function AccountMail({ account }: { account: Account }) {
  const texts = useTexts('mail')
  const client = useQueryClient()
  const session = useQuery(sessionQuery)
  const settings = useQuery(mailQuery(account.id))
  const again = () => client.invalidateQueries({ queryKey: ['mail', account.id] })
  const verify = useMutation({ mutationFn: () => verifyMail(account.id), onSuccess: again })
  const restore = useMutation({ mutationFn: () => restoreMail(account.id), onSuccess: again })
  if (settings.isError) return <ProblemAlert error={settings.error} retry={() => void settings.refetch()} />
  if (!settings.data) return <Skeleton height={220} radius="lg" />
  const { data } = settings
  const user = session.data?.user
  // As the server sees it: administrators look after what is nobody's.
  const mine = account.owner === undefined ? user?.role === 'admin' : user?.id === account.owner.id
  const error = verify.error ?? restore.error
  return (
    <>
      <Panel
        title={texts.title}
        description={data.advice ?? texts.lead}
        aside={
          <Button variant="default" loading={verify.isPending} onClick={() => verify.mutate()}>
            {texts.verify}
          </Button>
        }
      >
        {error && <ProblemAlert error={error} />}
        {data.test && <MailSteps test={data.test} />}
        <Folded title={texts.settings}>
          <Facts facts={factsOf(data, texts)} />
          {mine && data.by_hand.length > 0 && (
            <Group mt="sm">
              <Text size="sm">{texts.byHand}</Text>
              <Button size="xs" variant="default" loading={restore.isPending} onClick={() => restore.mutate()}>
                {texts.restore}
              </Button>
            </Group>
          )}
        </Folded>
      </Panel>
      {mine && data.test?.ok && (
        <>
          <Inbox account={account.id} />
          <WriteMail account={account.id} />
        </>
      )}
    </>
  )
}

type Texts = ReturnType<typeof useTexts<'mail'>>

function factsOf({ mailbox, principal, imap, pop, smtp, mechanisms, sent_copy }: MailSettings, texts: Texts) {
  const facts: (readonly [string, string])[] = [[texts.mailbox, mailbox ?? texts.unknown]]
  if (principal !== undefined && principal !== mailbox) facts.push([texts.principal, principal])
  for (const [name, server] of [
    ['IMAP', imap],
    ['POP', pop],
    ['SMTP', smtp],
  ] as const) {
    if (server !== undefined) facts.push([name, hostText(server)])
  }
  if (mechanisms.length > 0) facts.push([texts.mechanisms, mechanisms.join(', ')])
  facts.push([texts.copies, sent_copy === 'server' ? texts.copiesServer : texts.copiesHere])
  return facts
}

function hostText({ host, port, security }: MailHost): string {
  const secured = { tls: ' · TLS', starttls: ' · STARTTLS', none: '' }[security]
  return `${host}:${port}${secured}`
}
