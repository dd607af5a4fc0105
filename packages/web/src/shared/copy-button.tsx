import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTexts } from '../languages/speaking.tsx'
import { copyText } from './copy-text.ts'

/** Copies `text`; `label` says what it is ("Copy redirect URI"). */
export function CopyButton({ text, label }: { text: string; label: string }) {
  const texts = useTexts('shared')
  const [outcome, setOutcome] = useState<'copied' | 'failed'>()
  useEffect(() => {
    if (!outcome) return
    const timer = window.setTimeout(() => setOutcome(undefined), 2_000)
    return () => window.clearTimeout(timer)
  }, [outcome])
  const said = outcome === 'copied' ? texts.copied : outcome === 'failed' ? texts.copyFailed : label
  return (
    <>
      <Tooltip label={said}>
        <ActionIcon
          variant="subtle"
          color={outcome === 'copied' ? 'evergreen' : 'gray'}
          aria-label={label}
          onClick={async () => setOutcome((await copyText(text)) ? 'copied' : 'failed')}
        >
          {outcome === 'copied' ? <IconCheck size={17} aria-hidden /> : <IconCopy size={17} aria-hidden />}
        </ActionIcon>
      </Tooltip>
      <VisuallyHidden role="status">{outcome ? said : ''}</VisuallyHidden>
    </>
  )
}
