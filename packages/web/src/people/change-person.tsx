import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { apiKeysQuery } from '../api/api-keys.ts'
import { sessionQuery } from '../api/session.ts'
import type { User } from '../api/types.ts'
import { changeUser, usersQuery } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { OwnPassword, SelfProblem } from '../session/own-password.tsx'
import { useHasPassword, useUser } from '../session/user.ts'
import { Dialog } from '../shared/dialog.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useTell } from '../shared/tell.ts'
import { EndingKeys } from './ending-keys.tsx'
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
  const asksPassword = ({ email, role }: PersonDraft): boolean =>
    hasPassword &&
    (email.trim().toLowerCase() !== (person.email ?? '') || (role === 'admin' && person.role !== 'admin'))
  const form = usePersonForm(person, asksPassword)
  const member = form.values.role === 'member'
  // As they are now: somebody is about to be told what ends.
  const keys = useQuery({ ...apiKeysQuery, enabled: member, staleTime: 0 })
  const ending = keys.data?.filter(({ owner, beyond_own }) => owner === person.id && beyond_own === true) ?? []
  const change = useMutation({
    mutationFn: ({ name, email, role, password }: PersonDraft) =>
      changeUser(person.id, { name: name.trim(), email: email.trim(), role, ...(password ? { password } : {}) }),
    gcTime: 0,
    onSuccess: async () => {
      tell(texts.saved)
      onClose()
      await client.invalidateQueries({ queryKey: usersQuery.queryKey })
      await client.invalidateQueries({ queryKey: apiKeysQuery.queryKey })
      // An administrator who is none any more sees less from now on.
      if (person.id === user?.id) await client.invalidateQueries({ queryKey: sessionQuery.queryKey })
    },
  })
  return (
    <form onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
      <Stack gap="lg">
        <PersonFields form={form} />
        {asksPassword(form.values) && <OwnPassword {...form.getInputProps('password')} />}
        {member && <EndingKeys keys={ending} />}
        {keys.error && <ProblemAlert error={keys.error} />}
        {change.error && <SelfProblem error={change.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {shared.cancel}
          </Button>
          <Button type="submit" loading={change.isPending || (member && keys.isPending)}>
            {texts.save}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
