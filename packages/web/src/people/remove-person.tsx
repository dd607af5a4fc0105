import { List, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { User } from '../api/types.ts'
import { removeUser } from '../api/users.ts'
import { useTexts } from '../languages/speaking.tsx'
import { useUser } from '../session/user.ts'
import { ConfirmDialog } from '../shared/confirm-dialog.tsx'
import { useTell } from '../shared/tell.ts'

/** Says what ends with a person, and what stays. */
export function RemovePerson({ person, open, onClose }: { person: User; open: boolean; onClose: () => void }) {
  const texts = useTexts('people')
  const tell = useTell()
  const client = useQueryClient()
  const user = useUser()
  const { name, accounts } = person
  const remove = useMutation({
    mutationFn: () => removeUser(person.id),
    onSuccess: async () => {
      tell(texts.removed({ name }))
      // Their accounts are nobody's now, and their keys are gone. If it was oneself, the session is.
      await client.invalidateQueries()
    },
  })
  return (
    <ConfirmDialog
      open={open}
      title={texts.removeTitle({ name })}
      action={texts.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      {person.id === user?.id && (
        <Text size="sm" fw={600}>
          {texts.removeSelf}
        </Text>
      )}
      <List size="sm" spacing="xs">
        <List.Item>{texts.removeEnds}</List.Item>
        <List.Item>{accounts === 0 ? texts.removeNoAccounts : texts.removeStays({ count: accounts })}</List.Item>
        {accounts > 0 && <List.Item>{texts.removeStep({ name })}</List.Item>}
      </List>
    </ConfirmDialog>
  )
}
