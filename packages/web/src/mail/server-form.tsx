import { Box, Button, Fieldset, Group, Select, Stack, Text, TextInput } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { type SubmitEvent, useEffect, useRef, useState } from 'react'
import { changeMail } from '../api/mail.ts'
import { ProblemError } from '../api/problem-error.ts'
import type { MailSettings } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { OwnPassword, SelfProblem } from '../session/own-password.tsx'
import { useHasPassword } from '../session/user.ts'
import { Notice } from '../shared/notice.tsx'
import {
  changeOf,
  type DraftField,
  draftOf,
  faultsOf,
  type MailDraft,
  namesServer,
  PROTOCOLS,
  type Protocol,
  type Security,
  type ServerDraft,
  usualPort,
  withPort,
  withSecurity,
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
  const { ownPasswordMissing } = useTexts('session')
  const [password, setPassword] = useState('')
  const asksPassword = useHasPassword() && namesServer(draft, settings)
  const save = useMutation({
    mutationFn: () => changeMail(account, { ...changeOf(draft), ...(asksPassword ? { password } : {}) }),
    gcTime: 0,
    onSuccess: onSaved,
  })
  const refused = save.error instanceof ProblemError ? save.error.problem.field : undefined
  const own = new Set(settings.by_hand)
  const form = useRef<HTMLFormElement>(null)
  // How often somebody tried to save what cannot be: from then on the fields say what is wrong with them.
  const [tries, setTries] = useState(0)
  const wrong: readonly DraftField[] = [
    ...faultsOf(draft),
    ...(asksPassword && password === '' ? ['password' as const] : []),
  ]
  const faults = tries > 0 ? wrong : []
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [tries])
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault()
    if (wrong.length > 0) return setTries(tries + 1)
    setTries(0)
    save.mutate()
  }
  const faultOf = (field: DraftField): string | undefined => {
    if (faults.includes(field)) return field === 'password' ? ownPasswordMissing : texts.faults[FAULTS[field]]
    // Of a server as a whole, the server tells it at the protocol: that is its host.
    return refused === field || `${refused}.host` === field ? save.error?.message : undefined
  }
  return (
    <form ref={form} onSubmit={submit} autoComplete="off" noValidate>
      <Stack gap="md">
        {PROTOCOLS.some((protocol) => settings[protocol] !== undefined) && (
          <Text size="sm" c="dimmed">
            {texts.formLead}
          </Text>
        )}
        <TextInput
          label={texts.mailbox}
          description={texts.mailboxHelp}
          placeholder={own.has('mailbox') ? undefined : settings.mailbox}
          spellCheck={false}
          error={faultOf('mailbox')}
          value={draft.mailbox}
          onChange={({ currentTarget: { value } }) => setDraft({ ...draft, mailbox: value })}
        />
        {PROTOCOLS.map((protocol) => (
          <ServerFields
            key={protocol}
            protocol={protocol}
            preset={own.has(protocol) ? undefined : settings[protocol]}
            server={draft.servers[protocol]}
            faultOf={faultOf}
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
        {asksPassword && (
          <OwnPassword
            error={faultOf('password')}
            value={password}
            onChange={({ currentTarget: { value } }) => setPassword(value)}
          />
        )}
        {save.isError && <SelfProblem error={save.error} />}
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

type Fault = keyof ReturnType<typeof useTexts<'mail'>>['faults']

const FAULTS = {
  mailbox: 'address',
  ...Object.fromEntries(
    PROTOCOLS.flatMap((protocol) =>
      (['host', 'port', 'security'] as const).map((field) => [`${protocol}.${field}`, field]),
    ),
  ),
} as Readonly<Record<Exclude<DraftField, 'password'>, Fault>>

interface FieldsProps {
  protocol: Protocol
  preset: MailSettings[Protocol]
  server: ServerDraft
  faultOf: (field: DraftField) => string | undefined
  onChange: (server: ServerDraft) => void
}

function ServerFields({ protocol, preset, server, faultOf, onChange }: FieldsProps) {
  const texts = useTexts('mail')
  const typed = server.host.trim() !== ''
  return (
    <Fieldset legend={texts.steps[protocol]}>
      {/* A width of their own: what is wrong with one must not push the others about. */}
      <Group align="flex-start" wrap="wrap">
        <TextInput
          label={texts.host}
          style={{ flex: '1 1 180px' }}
          placeholder={preset?.host}
          spellCheck={false}
          inputMode="url"
          error={faultOf(`${protocol}.host`)}
          value={server.host}
          onChange={({ currentTarget: { value } }) => onChange({ ...server, host: value })}
        />
        <TextInput
          label={texts.port}
          placeholder={String(typed || !preset ? usualPort(protocol, server.security) : preset.port)}
          inputMode="numeric"
          error={faultOf(`${protocol}.port`)}
          style={{ flex: '1 1 110px' }}
          maw={140}
          disabled={!typed}
          value={server.port}
          onChange={({ currentTarget: { value } }) => onChange(withPort(protocol, server, value))}
        />
        <Select
          label={texts.security}
          style={{ flex: '1 1 180px' }}
          allowDeselect={false}
          disabled={!typed}
          data={(['tls', 'starttls', 'none'] as const).map((value) => ({ value, label: texts.securities[value] }))}
          error={faultOf(`${protocol}.security`)}
          value={server.security}
          onChange={(value) => onChange(withSecurity(protocol, server, (value ?? 'tls') as Security))}
        />
      </Group>
      {typed && server.security === 'none' && (
        <Box mt="sm">
          <Notice tone="warn" icon={IconAlertTriangle} title={texts.unprotected} role="status">
            <Text size="sm">{texts.unprotectedMeans}</Text>
          </Notice>
        </Box>
      )}
    </Fieldset>
  )
}
