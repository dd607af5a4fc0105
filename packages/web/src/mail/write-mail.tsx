import { Button, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { sendMail } from '../api/mail.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'

const NOTHING = { to: '', subject: '', text: '' }

/** Writes a mail, so that its owner sees that sending works. */
export function WriteMail({ account }: { account: string }) {
  const texts = useTexts('mail')
  const client = useQueryClient()
  const [mail, setMail] = useState(NOTHING)
  const send = useMutation({
    mutationFn: () => sendMail(account, { ...mail, to: mail.to.split(/[\s,;]+/).filter((address) => address !== '') }),
    onSuccess: () => {
      setMail(NOTHING)
      return client.invalidateQueries({ queryKey: ['mail', account, 'inbox'] })
    },
  })
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    send.mutate()
  }
  return (
    <Panel title={texts.write}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          <TextInput
            label={texts.to}
            required
            value={mail.to}
            onChange={({ currentTarget: { value } }) => setMail({ ...mail, to: value })}
          />
          <TextInput
            label={texts.subject}
            value={mail.subject}
            onChange={({ currentTarget: { value } }) => setMail({ ...mail, subject: value })}
          />
          <Textarea
            label={texts.text}
            autosize
            minRows={4}
            value={mail.text}
            onChange={({ currentTarget: { value } }) => setMail({ ...mail, text: value })}
          />
          {send.isError && <ProblemAlert error={send.error} />}
          {send.isSuccess && (
            <Text size="sm" role="status">
              {send.data.copy_trouble === undefined ? texts.sent : texts.sentWithoutCopy}
            </Text>
          )}
          <div>
            <Button type="submit" loading={send.isPending}>
              {texts.send}
            </Button>
          </div>
        </Stack>
      </form>
    </Panel>
  )
}
