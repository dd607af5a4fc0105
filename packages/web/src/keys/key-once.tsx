import { Group, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { CodeBlock } from '../shared/code-block.tsx'
import { texts } from './texts.ts'

export function KeyOnce({ value, children }: { value: string; children: ReactNode }) {
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
