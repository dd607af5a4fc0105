import { Button, Group, Input, Stack } from '@mantine/core'
import { useState } from 'react'
import type { Connection } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { PasswordField } from '../shared/password-field.tsx'
import { When } from '../shared/when.tsx'
import type { DraftForm } from './draft-form.ts'
import classes from './secret-field.module.css'

/** Write-only: a stored secret is shown as its last characters and its age, and can be replaced, never read. */
export function SecretField({ form, connection }: { form: DraftForm; connection: Connection | undefined }) {
  const texts = useTexts('connections')
  const [replacing, setReplacing] = useState(false)
  const replace = () => {
    // A new secret ends when its own date says, not when the former one does.
    form.setFieldValue('secret_expires', '')
    setReplacing(true)
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
        autoFocus={replacing}
        {...form.getInputProps('client_secret')}
      />
      {replacing && (
        <Button
          size="compact-sm"
          variant="subtle"
          onClick={() => {
            form.setFieldValue('client_secret', '')
            setReplacing(false)
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
