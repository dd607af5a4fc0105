import { Button, Skeleton, Stack } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { mailQuery, verifyMail } from '../api/mail.ts'
import { sessionQuery } from '../api/session.ts'
import type { Account, MailMessage } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { Inbox } from './inbox.tsx'
import { MailPrograms } from './mail-programs.tsx'
import { MailServers } from './mail-servers.tsx'
import { MailSteps } from './mail-steps.tsx'
import { WriteMail } from './write-mail.tsx'

/** Mail of an account: whether it works, and for its owner what is in it. */
export function AccountMail({ account }: { account: Account }) {
  const texts = useTexts('mail')
  const client = useQueryClient()
  const session = useQuery(sessionQuery)
  const settings = useQuery(mailQuery(account.id))
  const [answer, setAnswer] = useState<{ readonly to: MailMessage; readonly turn: number }>()
  const again = async () => {
    await client.invalidateQueries({ queryKey: ['mail', account.id], exact: true })
    // Afterwards, and not by what is on the screen yet: what cannot be opened any more is not asked for again.
    const known = client.getQueryData(mailQuery(account.id).queryKey)
    if (known?.imap !== undefined) await client.invalidateQueries({ queryKey: ['mail', account.id, 'inbox'] })
  }
  const verify = useMutation({ mutationFn: () => verifyMail(account.id), onSuccess: again })
  if (settings.isError) return <ProblemAlert error={settings.error} retry={() => void settings.refetch()} />
  if (!settings.data) return <Skeleton height={220} radius="lg" />
  const { data } = settings
  const user = session.data?.user
  // As the server sees it: administrators look after what is nobody's, unless it was somebody's who was removed.
  const nobodys = account.owner === undefined && account.former_owner === undefined
  const mine = nobodys ? user?.role === 'admin' : user !== undefined && user.id === account.owner?.id
  // Otherwise there is no token to open it with, and the page says above what to do.
  const opens = mine && data.mailbox !== undefined && (account.state === 'ok' || account.state === 'delayed')
  // Each time anew, also when the same message is answered again.
  const reply = (to: MailMessage) => setAnswer({ to, turn: (answer?.turn ?? 0) + 1 })
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
        <Stack gap="md">
          {verify.isError && <ProblemAlert error={verify.error} />}
          {data.test && <MailSteps test={data.test} />}
          <MailServers account={account.id} settings={data} mine={mine} onChanged={again} />
          {mine && <MailPrograms settings={data} />}
        </Stack>
      </Panel>
      {opens && data.imap && <Inbox account={account.id} onReply={data.smtp && reply} />}
      {opens && data.smtp && <WriteMail key={answer?.turn ?? 0} account={account.id} answered={answer?.to} />}
    </>
  )
}
