import { Button, Group, Stack, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import type { Invitation, User } from '../api/types.ts'
import { inviteAgain } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
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
  const make = useMutation({ mutationFn: () => inviteAgain(person.id), gcTime: 0, onSuccess: onMade })
  return (
    <Stack>
      <Text size="sm">{texts.newLinkText}</Text>
      {make.error && <ProblemAlert error={make.error} />}
      <Group justify="flex-end">
        <Button onClick={() => make.mutate()} loading={make.isPending} data-autofocus>
          {texts.newLink}
        </Button>
      </Group>
    </Stack>
  )
}
