import { Button, Group, Stack, Text } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { changePassword, sessionQuery } from '../api/session.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { useTell } from '../shared/tell.ts'
import { NewPassword, shortPassword } from './new-password.tsx'
import { OwnPassword, SelfProblem } from './own-password.tsx'
import { useHasPassword, useUser } from './user.ts'

export function ChangePassword({ open, onClose }: { open: boolean; onClose: () => void }) {
  const texts = useTexts('session')
  return (
    <Dialog opened={open} onClose={onClose} title={useHasPassword() ? texts.changePassword : texts.firstPassword}>
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
  const hasPassword = useHasPassword()
  const client = useQueryClient()
  const form = useForm({
    initialValues: { password: '', new_password: '' },
    validate: {
      password: hasPassword ? isNotEmpty(texts.passwordMissing) : () => null,
      new_password: shortPassword(texts),
    },
  })
  const change = useMutation({
    mutationFn: ({ password, new_password }: { password: string; new_password: string }) =>
      changePassword({ new_password, ...(hasPassword ? { password } : {}) }),
    gcTime: 0,
    onSuccess: () => {
      tell(hasPassword ? texts.passwordChanged : texts.passwordChosen)
      onDone()
      // Somebody who had none has one now, and is asked for it.
      void client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
      <Stack>
        <Text size="sm">
          {hasPassword ? texts.changePasswordLead : texts.firstPasswordLead({ name: user?.name ?? '' })}
        </Text>
        {change.error && <SelfProblem error={change.error} />}
        {/* Tells password managers whose password it is. */}
        <input type="text" autoComplete="username" value={user?.name ?? ''} readOnly hidden />
        <OwnPassword
          label={texts.currentPassword}
          description={texts.currentPasswordHelp}
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
            {hasPassword ? texts.changePassword : texts.firstPassword}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
