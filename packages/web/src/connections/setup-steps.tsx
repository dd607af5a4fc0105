import { Anchor, Checkbox, Text } from '@mantine/core'
import { IconExternalLink } from '@tabler/icons-react'
import { useState } from 'react'
import type { Provider } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import classes from './setup-steps.module.css'

/** What the API writes where the redirect URI of the connection stands. */
const REDIRECT_URI = '{redirect_uri}'

/** The steps at the provider's console, to tick off, with what to enter there. */
export function SetupSteps({ guide, redirectUri }: { guide: Provider['guide']; redirectUri: string | undefined }) {
  const texts = useTexts('connections')
  const [done, setDone] = useState<ReadonlySet<number>>(new Set())
  const toggle = (index: number) => {
    const next = new Set(done)
    if (!next.delete(index)) next.add(index)
    setDone(next)
  }
  return (
    <>
      <Text size="sm" mb="sm">
        {texts.guideLead({ console: guide.title })}
      </Text>
      <ol className={classes.steps}>
        {guide.steps.map(({ text, copy, link }, index) => {
          const entered = copy === REDIRECT_URI ? redirectUri : copy
          return (
            <li key={text} data-done={done.has(index) || undefined}>
              <div className={classes.step}>
                <Checkbox
                  aria-label={texts.stepDone({ number: index + 1 })}
                  checked={done.has(index)}
                  onChange={() => toggle(index)}
                />
                <Text size="sm">{text}</Text>
              </div>
              <div className={classes.more}>
                {entered && <CodeBlock label={texts.stepEnter({ number: index + 1 })} text={entered} wrap />}
                {link && (
                  <Anchor href={link} target="_blank" rel="noreferrer" size="sm">
                    {texts.openPage} <IconExternalLink size={14} aria-hidden style={{ verticalAlign: '-2px' }} />
                  </Anchor>
                )}
              </div>
            </li>
          )
        })}
      </ol>
    </>
  )
}
