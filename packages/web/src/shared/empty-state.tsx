import { Text } from '@mantine/core'
import type { Icon } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import classes from './empty-state.module.css'

interface Props {
  icon: Icon
  title: string
  children: ReactNode
  action?: ReactNode
  /** `h1` where the whole page is this. */
  heading?: 'h1' | 'h2'
}

/** An empty list that says what belongs here and how to begin. */
export function EmptyState({ icon: Mark, title, children, action, heading = 'h2' }: Props) {
  return (
    <div className={classes.empty}>
      <div className={classes.mark}>
        <Mark size={28} stroke={1.6} aria-hidden />
      </div>
      <Text component={heading} fw={600} size="lg" m={0}>
        {title}
      </Text>
      <Text c="dimmed" maw={440}>
        {children}
      </Text>
      {action}
    </div>
  )
}
