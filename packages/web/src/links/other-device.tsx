import { Stack, Text } from '@mantine/core'
import { IconDeviceMobile } from '@tabler/icons-react'
import type { ConnectLink } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { Notice } from '../shared/notice.tsx'
import { When } from '../shared/when.tsx'

/** The way on for a person who would rather say yes on another device. */
export function OtherDevice({ link: { link, expires_at } }: { link: ConnectLink }) {
  const texts = useTexts('links')
  return (
    <Notice tone="wait" icon={IconDeviceMobile} title={texts.deviceTitle}>
      <Stack gap="sm">
        <Text size="sm">{texts.deviceText}</Text>
        <CodeBlock label={texts.link} text={link} wrap />
        <Text size="sm">
          {texts.linkWorks} <When at={expires_at} />
        </Text>
      </Stack>
    </Notice>
  )
}
