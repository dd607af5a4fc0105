import { Button, Group, Stack, Text, Textarea } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { IconEye } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { revealToken } from '../api/accounts.ts'
import type { Account, TokenResult } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { OwnPassword, SelfProblem } from '../session/own-password.tsx'
import { useHasPassword, useUser } from '../session/user.ts'
import { CodeBlock } from '../shared/code-block.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { Panel } from '../shared/panel.tsx'

/** Breaks the glass: for an administrator, with a reason that the owner reads. The token lives in the dialog only. */
export function RevealToken({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  const [open, setOpen] = useState(false)
  const close = () => setOpen(false)
  return (
    <Panel
      title={texts.revealTitle}
      description={texts.revealLead}
      aside={
        <Button variant="default" leftSection={<IconEye size={17} aria-hidden />} onClick={() => setOpen(true)}>
          {texts.reveal}
        </Button>
      }
    >
      <Dialog opened={open} onClose={close} title={texts.revealTitle} size="lg">
        <RevealForm account={account} onDone={close} />
      </Dialog>
    </Panel>
  )
}

function RevealForm({ account, onDone }: { account: Account; onDone: () => void }) {
  const shared = useTexts('shared')
  const texts = useTexts('accounts')
  const session = useTexts('session')
  const hasPassword = useHasPassword()
  const user = useUser()
  // Nobody has to be told that they can read of themselves.
  const of = account.owner?.id === user?.id ? undefined : account.owner
  const form = useForm({
    initialValues: { reason: '', password: '' },
    validate: {
      reason: isNotEmpty(texts.reasonMissing),
      password: hasPassword ? isNotEmpty(session.ownPasswordMissing) : () => null,
    },
  })
  const reveal = useMutation({
    mutationFn: ({ reason, password }: { reason: string; password: string }) =>
      revealToken(account.id, { reason, ...(hasPassword ? { password } : {}) }),
    gcTime: 0,
  })
  if (reveal.data) return <TokenOnce token={reveal.data} onDone={onDone} />
  return (
    <form onSubmit={form.onSubmit((values) => reveal.mutate(values))} noValidate autoComplete="off">
      <Stack>
        <Text size="sm">{texts.revealText}</Text>
        {reveal.error && <SelfProblem error={reveal.error} />}
        <Textarea
          label={texts.reason}
          description={of ? texts.reasonHelp({ owner: of.name }) : texts.reasonHelpNobody}
          autosize
          minRows={2}
          maxLength={500}
          required
          data-autofocus
          {...form.getInputProps('reason')}
        />
        <OwnPassword {...form.getInputProps('password')} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            {shared.cancel}
          </Button>
          <Button type="submit" color="red.9" loading={reveal.isPending}>
            {texts.reveal}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function TokenOnce({ token, onDone }: { token: TokenResult; onDone: () => void }) {
  const { texts, times } = useLanguage()
  const shared = texts.shared
  const words = texts.accounts
  return (
    <Stack>
      <Text size="sm" role="status">
        {words.revealed}
      </Text>
      <CodeBlock label={words.life} text={token.access_token} wrap />
      {token.expires_at !== undefined && (
        <Text size="sm" c="dimmed">
          {words.expires}: {times.exact(token.expires_at)}
        </Text>
      )}
      <Group justify="flex-end">
        <Button onClick={onDone}>{shared.close}</Button>
      </Group>
    </Stack>
  )
}
