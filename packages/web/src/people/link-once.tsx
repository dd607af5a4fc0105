import { Button, Group, Stack, Text } from '@mantine/core'
import type { Invitation } from '../api/types.ts'
import { useLanguage } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'

/** The link by which somebody chooses a password: no mail is sent, so whoever invites passes it on. */
export function LinkOnce({ invitation, onDone }: { invitation: Invitation; onDone: () => void }) {
  const { texts, times } = useLanguage()
  const { link, user, expires_at } = invitation
  return (
    <Stack>
      <Text size="sm" role="status">
        {texts.people.linkOnce({ name: user.name })}
      </Text>
      <CodeBlock label={texts.people.link} text={link} wrap />
      <Text size="sm" c="dimmed">
        {texts.people.linkEnds({ when: times.exact(expires_at) })}
      </Text>
      <Group justify="flex-end">
        <Button onClick={onDone}>{texts.people.linkSent}</Button>
      </Group>
    </Stack>
  )
}
