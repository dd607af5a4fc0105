import { Button } from '@mantine/core'
import { IconCheck, IconLink } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { useTexts } from '../languages/speaking.tsx'
import { copyText } from './copy-text.ts'

export function CopyLink({ link, children }: { link: string; children: ReactNode }) {
  const texts = useTexts('shared')
  const [copied, setCopied] = useState(false)
  return (
    <Button
      variant="default"
      leftSection={copied ? <IconCheck size={17} aria-hidden /> : <IconLink size={17} aria-hidden />}
      onClick={async () => setCopied(await copyText(link))}
    >
      {copied ? texts.copied : children}
    </Button>
  )
}
