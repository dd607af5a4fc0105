import { Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'

export function KeyOnce({ value, children }: { value: string; children: ReactNode }) {
  const texts = useTexts('keys')
  return (
    <Stack>
      <Text size="sm" role="status">
        {texts.once}
      </Text>
      <CodeBlock label={texts.key} text={value} wrap />
      <Group justify="flex-end">{children}</Group>
    </Stack>
  )
}
