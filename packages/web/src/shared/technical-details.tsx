import { Collapse, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { useId, useState } from 'react'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from './code-block.tsx'
import classes from './technical-details.module.css'

/** Folded away until somebody asks: fields for the person who is asked for support, with a copy button. */
export function TechnicalDetails({ data }: { data: Readonly<Record<string, unknown>> }) {
  const texts = useTexts('shared')
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <div>
      <UnstyledButton className={classes.toggle} onClick={() => setOpen(!open)} aria-expanded={open} aria-controls={id}>
        <IconChevronRight size={15} className={classes.arrow} data-open={open || undefined} aria-hidden />
        {texts.technical}
      </UnstyledButton>
      <Collapse expanded={open} id={id}>
        <div className={classes.body}>
          <CodeBlock label={texts.technical} text={lines(data)} wrap />
        </div>
      </Collapse>
    </div>
  )
}

function lines(data: Readonly<Record<string, unknown>>): string {
  return Object.entries(data)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('\n')
}
