import { Button, Stack, Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { explain } from './explanation.ts'
import { MoreLink } from './more-link.tsx'
import { Notice } from './notice.tsx'
import { TechnicalDetails } from './technical-details.tsx'

interface Props {
  error: unknown
  /** The one thing to do about it. Without it, `retry` gives "Try again". */
  action?: ReactNode
  retry?: () => void
}

/** A failure: what happened, who can fix it, one button, and the technical part folded away. */
export function ProblemAlert({ error, action, retry }: Props) {
  const texts = useTexts('shared')
  const whoWords = useTexts('who')
  const { title, detail, who, advice, link, technical } = explain(error, useLanguage())
  const again = retry && (
    <Button size="xs" variant="default" onClick={retry}>
      {texts.tryAgain}
    </Button>
  )
  const button = action || again
  return (
    <Notice tone="bad" icon={IconAlertTriangle} title={title} role="alert">
      <Stack gap="xs">
        {detail && detail !== title && <Text size="sm">{detail}</Text>}
        {advice && <Text size="sm">{advice}</Text>}
        {link && <MoreLink href={link} />}
        {who && (
          <Text size="sm">
            {texts.whoCanFix}: {whoWords[who]}
          </Text>
        )}
        {button && <div>{button}</div>}
        <TechnicalDetails data={technical} />
      </Stack>
    </Notice>
  )
}
