import { Button, Group, Stack, Text } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { changePassword } from '../api/session.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { PasswordField } from '../shared/password-field.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useTell } from '../shared/tell.ts'
import { NewPassword, shortPassword } from './new-password.tsx'
import { useUser } from './user.ts'

export function ChangePassword({ open, onClose }: { open: boolean; onClose: () => void }) {
  const texts = useTexts('session')
  return (
    <Dialog opened={open} onClose={onClose} title={texts.changePassword}>
      <Form onDone={onClose} />
    </Dialog>
  )
}

/** Lives as long as the dialog is open: passwords that were typed go with it. */
function Form({ onDone }: { onDone: () => void }) {
  const shared = useTexts('shared')
  const texts = useTexts('session')
  const tell = useTell()
  const user = useUser()
  const form = useForm({
    initialValues: { password: '', new_password: '' },
    validate: { password: isNotEmpty(texts.passwordMissing), new_password: shortPassword(texts) },
  })
  const change = useMutation({
    mutationFn: changePassword,
    gcTime: 0,
    onSuccess: () => {
      tell(texts.passwordChanged)
      onDone()
    },
  })
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
      <Stack>
        <Text size="sm">{texts.changePasswordLead}</Text>
        {change.error && <ProblemAlert error={change.error} />}
        {/* Tells password managers whose password it is. */}
        <input type="text" autoComplete="username" value={user?.name ?? ''} readOnly hidden />
        <PasswordField
          label={texts.currentPassword}
          description={texts.currentPasswordHelp}
          autoComplete="current-password"
          required
          data-autofocus
          {...form.getInputProps('password')}
        />
        <NewPassword
          label={texts.newPassword}
          value={form.values.new_password}
          input={form.getInputProps('new_password')}
        />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onDone}>
            {shared.cancel}
          </Button>
          <Button type="submit" loading={change.isPending}>
            {texts.changePassword}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
