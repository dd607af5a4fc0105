import { Anchor } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useTexts } from '../languages/speaking.tsx'

/** The provider's own page about a problem. */
export function MoreLink({ href }: { href: string }) {
  const texts = useTexts('shared')
  return (
    <Anchor href={href} target="_blank" rel="noreferrer" size="sm">
      {texts.more} <IconExternalLink size={14} aria-hidden style={{ verticalAlign: '-2px' }} />
    </Anchor>
  )
}
