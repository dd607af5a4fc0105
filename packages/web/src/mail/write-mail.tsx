import { Box, Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import { sendMail } from '../api/mail.ts'
import { ProblemError } from '../api/problem-error.ts'
import type { MailMessage, NewMail, SentMail } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { Panel } from '../shared/panel.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { AttachedFiles, tooMuch } from './attached-files.tsx'
import { isAddress } from './server-draft.ts'

interface Props {
  account: string
  /** The message to answer. */
  answered: MailMessage | undefined
}

/** The server takes no more; of texts, characters. */
const MOST_RECIPIENTS = 50
const LONGEST_SUBJECT = 500
const LONGEST_TEXT = 100_000
const NOTHING = { to: '', subject: '', text: '' }

/** Writes a mail, so that its owner sees that sending works. */
export function WriteMail({ account, answered }: Props) {
  const texts = useTexts('mail')
  const { times } = useLanguage()
  const client = useQueryClient()
  const [mail, setMail] = useState(() => (answered === undefined ? NOTHING : answerTo(answered, texts, times.exact)))
  const [answers, setAnswers] = useState(answered)
  const [files, setFiles] = useState<readonly File[]>([])
  const text = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (answered === undefined || text.current === null) return
    text.current.focus()
    text.current.setSelectionRange(0, 0)
  }, [answered])
  const send = useMutation({
    mutationFn: async (to: string) => {
      const { subject, text } = mail
      const attachments = await Promise.all(files.map((file) => attachmentOf(file, texts)))
      return sendMail(account, {
        to: [...addressesOf(to)],
        subject,
        text,
        ...(answers === undefined ? {} : { answers: { uid: answers.uid } }),
        ...(attachments.length === 0 ? {} : { attachments }),
      })
    },
    onSuccess: () => {
      setMail(NOTHING)
      setAnswers(undefined)
      setFiles([])
      return client.invalidateQueries({ queryKey: ['mail', account, 'inbox'] })
    },
  })
  const recipients = addressesOf(mail.to)
  // Told once somebody tried to send, and no longer when it is mended.
  const wrong = wrongAddress(mail.to)
  const [tried, setTried] = useState(false)
  const addressees = useRef<HTMLInputElement>(null)
  // The mail's addresses are all in this field: what the server says of one of them is told there too.
  const field = send.error instanceof ProblemError ? send.error.problem.field : undefined
  const [, refused] = /^to(?:\.(\d+))?$/.exec(field ?? '') ?? []
  const atTo = field === 'to' || refused !== undefined
  const tooLong = (text: string, most: number): string | undefined =>
    text.length > most ? texts.tooLong({ count: most }) : undefined
  const toFault = (): string | undefined => {
    if (atTo && send.variables === mail.to) {
      const address = recipients[Number(refused)]
      return address === undefined ? send.error?.message : texts.notAnAddress({ address })
    }
    if (!tried) return undefined
    if (wrong !== undefined) return texts.notAnAddress({ address: wrong })
    return recipients.length > MOST_RECIPIENTS ? texts.tooManyRecipients : undefined
  }
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    const known = wrong === undefined && recipients.length > 0 && recipients.length <= MOST_RECIPIENTS
    setTried(!known)
    if (!known) addressees.current?.focus()
    else if (mail.subject.length <= LONGEST_SUBJECT && mail.text.length <= LONGEST_TEXT) send.mutate(mail.to)
  }
  return (
    <Panel title={texts.write}>
      <form onSubmit={submit}>
        <Stack gap="sm">
          {answers && (
            <Group gap="sm">
              <Text size="sm">{texts.answering({ subject: answers.subject || texts.noSubject })}</Text>
              <Button variant="subtle" size="compact-sm" onClick={() => setAnswers(undefined)}>
                {texts.notAnAnswer}
              </Button>
            </Group>
          )}
          <TextInput
            ref={addressees}
            label={texts.to}
            description={texts.toHelp}
            required
            error={toFault()}
            value={mail.to}
            onChange={({ currentTarget: { value } }) => setMail({ ...mail, to: value })}
          />
          <TextInput
            label={texts.subject}
            error={tooLong(mail.subject, LONGEST_SUBJECT)}
            value={mail.subject}
            onChange={({ currentTarget: { value } }) => setMail({ ...mail, subject: value })}
          />
          <Textarea
            ref={text}
            label={texts.text}
            error={tooLong(mail.text, LONGEST_TEXT)}
            autosize
            minRows={4}
            maxRows={20}
            value={mail.text}
            onChange={({ currentTarget: { value } }) => setMail({ ...mail, text: value })}
          />
          <AttachedFiles files={files} onChange={setFiles} />
          {send.isError && !atTo && <ProblemAlert error={send.error} />}
          {send.isSuccess && <SentNotice sent={send.data} />}
          <div>
            <Button type="submit" loading={send.isPending} disabled={tooMuch(files)}>
              {texts.send}
            </Button>
          </div>
        </Stack>
      </form>
    </Panel>
  )
}

/** What became of it: also for whom it was not taken. */
function SentNotice({ sent: { refused = [], copy_trouble } }: { sent: SentMail }) {
  const texts = useTexts('mail')
  const copied = copy_trouble === undefined
  if (refused.length === 0)
    return (
      <Text size="sm" role="status">
        {copied ? texts.sent : texts.sentWithoutCopy}
      </Text>
    )
  return (
    <Notice tone="warn" icon={IconAlertTriangle} title={texts.sentToSome} role="alert">
      {refused.map(({ address, detail, advice }) => (
        <Box key={address} style={{ overflowWrap: 'anywhere' }}>
          <Text size="sm">{detail}</Text>
          <Text size="sm">{advice}</Text>
        </Box>
      ))}
      {!copied && <Text size="sm">{texts.sentWithoutCopy}</Text>}
    </Notice>
  )
}

const addressesOf = (typed: string): readonly string[] => typed.split(/[\s,;]+/).filter((address) => address !== '')

/** What is no address, as it was typed: between two commas the one word that is none, or all of them when none is. */
function wrongAddress(typed: string): string | undefined {
  for (const part of typed.split(/[,;]/)) {
    const words = addressesOf(part)
    const wrong = words.find((word) => !isAddress(word))
    if (wrong !== undefined) return words.some(isAddress) ? wrong : words.join(' ')
  }
  return undefined
}

type Texts = ReturnType<typeof useTexts<'mail'>>

/** An answer to whom it asks to be answered, with its text below. */
function answerTo({ reply_to, from, subject, text, date }: MailMessage, texts: Texts, when: (at: number) => string) {
  const to = (reply_to.length > 0 ? reply_to : from).map(({ address }) => address).filter((address) => address !== '')
  const [first] = from
  const name = first?.name || first?.address || ''
  const quoted = text
    .trimEnd()
    .split('\n')
    .map((line) => (line.startsWith('>') ? `>${line}` : `> ${line}`))
  const head = date === undefined ? [] : [texts.wrote({ date: when(date), name })]
  return {
    to: to.join(', '),
    subject: /^re:/i.test(subject) ? subject : texts.replySubject({ subject }),
    text: ['', '', ...head, ...quoted].join('\n').slice(0, LONGEST_TEXT),
  }
}

async function attachmentOf(file: File, texts: Texts): Promise<NonNullable<NewMail['attachments']>[number]> {
  const address = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(new Error(texts.unreadableFile({ name: file.name })))
    reader.readAsDataURL(file)
  })
  const type = /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? { type: file.type } : {}
  return { name: file.name.slice(-200), ...type, content: address.slice(address.indexOf(',') + 1) }
}
