import { List, Stack, Text } from '@mantine/core'
import { IconKeyOff } from '@tabler/icons-react'
import type { ApiKey } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'

/** Names the keys that end when their maker becomes a member. */
export function EndingKeys({ keys }: { keys: readonly ApiKey[] }) {
  const texts = useTexts('people')
  if (keys.length === 0) return null
  return (
    <Notice tone="warn" icon={IconKeyOff} title={texts.keysEnd({ count: keys.length })}>
      <Stack gap="xs">
        <Text size="sm">{texts.keysEndText}</Text>
        <List size="sm">
          {keys.map(({ id, name }) => (
            <List.Item key={id}>{name}</List.Item>
          ))}
        </List>
      </Stack>
    </Notice>
  )
}
