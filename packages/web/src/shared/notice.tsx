import type { Icon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './notice.module.css'

export type Tone = 'good' | 'wait' | 'warn' | 'bad' | 'quiet'

interface Props {
  tone: Tone
  icon: Icon
  title: ReactNode
  children?: ReactNode
  role?: 'alert' | 'status'
}

/** A box that says something to the person: never by colour alone. */
export function Notice({ tone, icon: Mark, title, children, role }: Props) {
  return (
    <div className={classes.notice} data-tone={tone} role={role}>
      <Mark size={20} aria-hidden className={classes.mark} />
      <div className={classes.body}>
        <div className={classes.title}>{title}</div>
        {children}
      </div>
    </div>
  )
}
