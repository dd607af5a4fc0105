import { Button, Group, Stack, Text } from '@mantine/core'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'

/** A secret, this one time. */
export function SecretOnce({ secret, onDone }: { secret: string; onDone: () => void }) {
  const texts = useTexts('webhooks')
  return (
    <Stack>
      <Text size="sm" role="status">
        {texts.once}
      </Text>
      <CodeBlock label={texts.secret} text={secret} wrap />
      <Group justify="flex-end">
        <Button onClick={onDone}>{texts.stored}</Button>
      </Group>
    </Stack>
  )
}
