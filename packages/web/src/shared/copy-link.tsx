import { Button } from '@mantine/core'
import { IconCheck, IconLink } from '@tabler/icons-react'
import { type ReactNode, useState } from 'react'
import { copyText } from './copy-text.ts'
import { texts } from './texts.ts'

export function CopyLink({ link, children }: { link: string; children: ReactNode }) {
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
