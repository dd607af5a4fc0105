import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { sessionQuery } from '../api/session.ts'
import type { User } from '../api/types.ts'
import { changeUser, usersQuery } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { OwnPassword, SelfProblem } from '../session/own-password.tsx'
import { useHasPassword, useUser } from '../session/user.ts'
import { Dialog } from '../shared/dialog.tsx'
import { useTell } from '../shared/tell.ts'
import { type PersonDraft, PersonFields, usePersonForm } from './person-fields.tsx'

interface Props {
  person: User
  onClose: () => void
}

export function ChangePerson({ open, ...props }: Props & { open: boolean }) {
  const texts = useTexts('people')
  return (
    <Dialog opened={open} onClose={props.onClose} title={texts.changeTitle({ name: props.person.name })} size="lg">
      <ChangeForm {...props} />
    </Dialog>
  )
}

function ChangeForm({ person, onClose }: Props) {
  const shared = useTexts('shared')
  const texts = useTexts('people')
  const tell = useTell()
  const client = useQueryClient()
  const user = useUser()
  const hasPassword = useHasPassword()
  const asksPassword = ({ email }: PersonDraft): boolean =>
    hasPassword && person.id === user?.id && email.trim().toLowerCase() !== (person.email ?? '')
  const form = usePersonForm(person, asksPassword)
  const change = useMutation({
    mutationFn: ({ name, email, role, password }: PersonDraft) =>
      changeUser(person.id, { name: name.trim(), email: email.trim(), role, ...(password ? { password } : {}) }),
    gcTime: 0,
    onSuccess: async () => {
      tell(texts.saved)
      onClose()
      await client.invalidateQueries({ queryKey: usersQuery.queryKey })
      // An administrator who is none any more sees less from now on.
      if (person.id === user?.id) await client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
      <Stack gap="lg">
        <PersonFields form={form} />
        {asksPassword(form.values) && <OwnPassword {...form.getInputProps('password')} />}
        {change.error && <SelfProblem error={change.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {shared.cancel}
          </Button>
          <Button type="submit" loading={change.isPending}>
            {texts.save}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
