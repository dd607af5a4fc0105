import { Button, Group, Stack, Text } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import type { Invitation, User } from '../api/types.ts'
import { inviteAgain } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { OwnPassword, SelfProblem } from '../session/own-password.tsx'
import { useHasPassword } from '../session/user.ts'
import { LinkDialog } from './link-dialog.tsx'

/** For somebody who lost their link, or their password. */
export function NewLink({ person, open, onClose }: { person: User; open: boolean; onClose: () => void }) {
  const texts = useTexts('people')
  return (
    <LinkDialog open={open} title={texts.newLinkTitle({ name: person.name })} onClose={onClose}>
      {(onMade) => <Ask person={person} onMade={onMade} />}
    </LinkDialog>
  )
}

function Ask({ person, onMade }: { person: User; onMade: (invitation: Invitation) => void }) {
  const texts = useTexts('people')
  const session = useTexts('session')
  const hasPassword = useHasPassword()
  const form = useForm({
    initialValues: { password: '' },
    validate: { password: (value) => (hasPassword && !value ? session.ownPasswordMissing : null) },
  })
  const make = useMutation({
    mutationFn: (password: string) => inviteAgain(person.id, password ? { password } : {}),
    gcTime: 0,
    onSuccess: onMade,
  })
  return (
    <form onSubmit={form.onSubmit(({ password }) => make.mutate(password))} noValidate>
      <Stack>
        <Text size="sm">{texts.newLinkText}</Text>
        <OwnPassword data-autofocus {...form.getInputProps('password')} />
        {make.error && <SelfProblem error={make.error} />}
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending} data-autofocus={hasPassword ? undefined : true}>
            {texts.newLink}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
