import { Button, Group, Input, Select, Stack } from '@mantine/core'
import { useState } from 'react'
import type { Connection } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { PasswordField } from '../shared/password-field.tsx'
import { When } from '../shared/when.tsx'
import type { DraftForm } from './draft-form.ts'
import { OVERLAPS } from './overlap.ts'
import classes from './secret-field.module.css'

const HIDDEN = { visible: false, visibilityToggleButtonProps: { style: { display: 'none' } } } as const

interface Props {
  form: DraftForm
  connection: Connection | undefined
  /** The secret that was read from a file: nobody has seen it, and nobody is to. */
  fromFile: string | undefined
}

/** Write-only: a stored secret is shown as its last characters and its age, and can be replaced, never read. */
export function SecretField({ form, connection, fromFile }: Props) {
  const texts = useTexts('connections')
  const [asked, setAsked] = useState(false)
  // A file brings a new one by itself.
  const replacing = connection?.has_secret === true && (asked || form.values.client_secret !== '')
  const replace = () => {
    // A new secret ends when its own date says, not when the former one does.
    form.setFieldValue('secret_expires', '')
    setAsked(true)
  }
  if (connection?.has_secret && !replacing) {
    return <StoredSecret connection={connection} onReplace={replace} />
  }
  return (
    <Stack gap={6} align="flex-start">
      <PasswordField
        w="100%"
        label={texts.clientSecret}
        description={texts.clientSecretHelp}
        autoComplete="new-password"
        spellCheck={false}
        autoFocus={asked}
        {...(fromFile !== undefined && form.values.client_secret === fromFile ? HIDDEN : {})}
        {...form.getInputProps('client_secret')}
      />
      {replacing && (
        <Select
          w="100%"
          mt="sm"
          label={texts.overlap}
          description={texts.overlapHelp}
          data={OVERLAPS.map((value) => ({ value, label: texts.overlaps[value] }))}
          allowDeselect={false}
          {...form.getInputProps('overlap')}
        />
      )}
      {replacing && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            form.setFieldValue('client_secret', '')
            setAsked(false)
          }}
        >
          {texts.keepSecret}
        </Button>
      )}
    </Stack>
  )
}

function StoredSecret({ connection, onReplace }: { connection: Connection; onReplace: () => void }) {
  const texts = useTexts('connections')
  const { secret_hint: hint, secret_set_at: setAt } = connection
  return (
    <Input.Wrapper label={texts.clientSecret} labelElement="div" description={texts.clientSecretHelp}>
      <Group gap="md" mt={6}>
        <span className={classes.stored}>
          <span className={classes.dots}>{`••••${hint ?? '••••'}`}</span>
          {setAt !== undefined && (
            <span>
              {texts.secretSet} <When at={setAt} past />
            </span>
          )}
        </span>
        <Button size="xs" variant="default" onClick={onReplace}>
          {texts.replaceSecret}
        </Button>
      </Group>
    </Input.Wrapper>
  )
}
