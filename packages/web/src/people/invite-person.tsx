import { Button, Group, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Invitation } from '../api/types.ts'
import { inviteUser, usersQuery } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { LinkDialog } from './link-dialog.tsx'
import { PersonFields, usePersonForm } from './person-fields.tsx'

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
  const form = usePersonForm()
  const invite = useMutation({
    mutationFn: inviteUser,
    gcTime: 0,
    onSuccess: (invitation) => {
      onMade(invitation)
      void client.invalidateQueries({ queryKey: usersQuery.queryKey })
    },
  })
  const submit = form.onSubmit(({ name, email, role }) =>
    invite.mutate({ name: name.trim(), role, ...(email.trim() ? { email: email.trim() } : {}) }),
  )
  return (
    <form onSubmit={submit} noValidate>
      <Stack gap="lg">
        {invite.error && <ProblemAlert error={invite.error} />}
        <PersonFields form={form} />
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending}>
            {texts.invite}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
