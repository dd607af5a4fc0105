import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Invitation } from '../api/types.ts'
import { inviteUser, usersQuery } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { OwnPassword, SelfProblem } from '../session/own-password.tsx'
import { useHasPassword } from '../session/user.ts'
import { LinkDialog } from './link-dialog.tsx'
import { type PersonDraft, PersonFields, usePersonForm } from './person-fields.tsx'

/** Asks who it is, then shows the link this one time. */
export function InvitePerson({ open, onClose }: { open: boolean; onClose: () => void }) {
  const texts = useTexts('people')
  return (
    <LinkDialog open={open} title={texts.inviteTitle} onClose={onClose}>
      {(onMade) => <InviteForm onMade={onMade} />}
    </LinkDialog>
  )
}

function InviteForm({ onMade }: { onMade: (invitation: Invitation) => void }) {
  const texts = useTexts('people')
  const client = useQueryClient()
  const hasPassword = useHasPassword()
  const asksPassword = ({ role }: PersonDraft): boolean => hasPassword && role === 'admin'
  const form = usePersonForm(undefined, asksPassword)
  const invite = useMutation({
    mutationFn: inviteUser,
    gcTime: 0,
    onSuccess: (invitation) => {
      onMade(invitation)
      void client.invalidateQueries({ queryKey: usersQuery.queryKey })
    },
  })
  const submit = form.onSubmit((draft) =>
    invite.mutate({
      name: draft.name.trim(),
      role: draft.role,
      ...(draft.email.trim() ? { email: draft.email.trim() } : {}),
      ...(asksPassword(draft) ? { password: draft.password } : {}),
    }),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        <PersonFields form={form} />
        {asksPassword(form.values) && <OwnPassword {...form.getInputProps('password')} />}
        {invite.error && <SelfProblem error={invite.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending}>
            {texts.invite}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
