import { Button, Fieldset, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { type SubmitEvent, useState } from 'react'
import { changeMail } from '../api/mail.ts'
import { ProblemError } from '../api/problem-error.ts'
import type { MailSettings } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import {
  changeOf,
  draftOf,
  type MailDraft,
  PROTOCOLS,
  type Protocol,
  type ServerDraft,
  usualPort,
} from './server-draft.ts'

interface Props {
  account: string
  settings: MailSettings
  onSaved: () => Promise<unknown>
  /** Absent: there is nothing to go back to. */
  onCancel?: (() => void) | undefined
}

/** Mail servers by hand: what is empty stays as the preset says, which stands in the field in grey. */
export function ServerForm({ account, settings, onSaved, onCancel }: Props) {
  const texts = useTexts('mail')
  const { cancel } = useTexts('shared')
  const [draft, setDraft] = useState<MailDraft>(() => draftOf(settings))
  const save = useMutation({ mutationFn: () => changeMail(account, changeOf(draft)), onSuccess: onSaved })
  const refused = save.error instanceof ProblemError ? save.error.problem.field : undefined
  const own = new Set(settings.by_hand)
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    save.mutate()
  }
  return (
    <form onSubmit={submit} autoComplete="off">
      <Stack gap="md">
        <Text size="sm" c="dimmed">
          {texts.formLead}
        </Text>
        <TextInput
          label={texts.mailbox}
          description={texts.mailboxHelp}
          placeholder={own.has('mailbox') ? undefined : settings.mailbox}
          spellCheck={false}
          error={refused === 'mailbox' && save.error?.message}
          value={draft.mailbox}
          onChange={({ currentTarget: { value } }) => setDraft({ ...draft, mailbox: value })}
        />
        {PROTOCOLS.map((protocol) => (
          <ServerFields
            key={protocol}
            protocol={protocol}
            preset={own.has(protocol) ? undefined : settings[protocol]}
            server={draft.servers[protocol]}
            refused={refused?.startsWith(protocol) ? save.error?.message : undefined}
            onChange={(server) => setDraft({ ...draft, servers: { ...draft.servers, [protocol]: server } })}
          />
        ))}
        <Group grow preventGrowOverflow={false} wrap="wrap">
          <Select
            label={texts.mechanisms}
            allowDeselect={false}
            data={[
              { value: '', label: texts.automatic },
              { value: 'XOAUTH2', label: 'XOAUTH2' },
              { value: 'OAUTHBEARER', label: 'OAUTHBEARER' },
            ]}
            value={draft.mechanism}
            onChange={(value) => setDraft({ ...draft, mechanism: (value ?? '') as MailDraft['mechanism'] })}
          />
          <Select
            label={texts.copies}
            allowDeselect={false}
            data={[
              { value: '', label: texts.preset },
              { value: 'server', label: texts.copiesServer },
              { value: 'client', label: texts.copiesHere },
            ]}
            value={draft.copies}
            onChange={(value) => setDraft({ ...draft, copies: (value ?? '') as MailDraft['copies'] })}
          />
        </Group>
        {save.isError && <ProblemAlert error={save.error} />}
        <Group>
          <Button type="submit" loading={save.isPending}>
            {texts.save}
          </Button>
          {onCancel && (
            <Button variant="default" onClick={onCancel}>
              {cancel}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  )
}

interface FieldsProps {
  protocol: Protocol
  preset: MailSettings[Protocol]
  server: ServerDraft
  refused: string | undefined
  onChange: (server: ServerDraft) => void
}

function ServerFields({ protocol, preset, server, refused, onChange }: FieldsProps) {
  const texts = useTexts('mail')
  const typed = server.host.trim() !== ''
  return (
    <Fieldset legend={texts.steps[protocol]}>
      <Group align="flex-start" grow preventGrowOverflow={false} wrap="wrap">
        <TextInput
          label={texts.host}
          placeholder={preset?.host}
          spellCheck={false}
          inputMode="url"
          error={refused}
          miw={180}
          value={server.host}
          onChange={({ currentTarget: { value } }) => onChange({ ...server, host: value })}
        />
        <TextInput
          label={texts.port}
          placeholder={String(typed || !preset ? usualPort(protocol, server.security) : preset.port)}
          inputMode="numeric"
          pattern="[0-9]{1,5}"
          maw={110}
          disabled={!typed}
          value={server.port}
          onChange={({ currentTarget: { value } }) => onChange({ ...server, port: value })}
        />
        <Select
          label={texts.security}
          allowDeselect={false}
          disabled={!typed}
          data={(['tls', 'starttls', 'none'] as const).map((value) => ({ value, label: texts.securities[value] }))}
          value={server.security}
          onChange={(value) => onChange({ ...server, security: (value ?? 'tls') as ServerDraft['security'] })}
        />
      </Group>
    </Fieldset>
  )
}
