import { Stack, Text } from '@mantine/core'
import type { FailureView } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { MoreLink } from '../shared/more-link.tsx'

/** What failed, what to do, and who can. */
export function FailureText({ failure: { detail, advice, link, who } }: { failure: FailureView }) {
  const shared = useTexts('shared')
  const words = useTexts('who')
  return (
    <Stack gap="xs" mb="xs">
      <Text size="sm">{detail}</Text>
      <Text size="sm">{advice}</Text>
      {link && <MoreLink href={link} />}
      <Text size="sm">
        {shared.whoCanFix}: {words[who]}
      </Text>
    </Stack>
  )
}
