import { Collapse, UnstyledButton } from '@mantine/core'
import { IconChevronRight } from '@tabler/icons-react'
import { type ReactNode, useId, useState } from 'react'
import classes from './technical-details.module.css'

/** Folded away until somebody asks. */
export function Folded({ title, children }: { title: string; children: ReactNode }) {
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <div>
      <UnstyledButton className={classes.toggle} onClick={() => setOpen(!open)} aria-expanded={open} aria-controls={id}>
        <IconChevronRight size={15} className={classes.arrow} data-open={open || undefined} aria-hidden />
        {title}
      </UnstyledButton>
      <Collapse expanded={open} id={id}>
        <div className={classes.body}>{children}</div>
      </Collapse>
    </div>
  )
}
