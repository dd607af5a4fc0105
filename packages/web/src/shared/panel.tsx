import { Title } from '@mantine/core'
import type { ReactNode } from 'react'
import classes from './panel.module.css'

interface Props {
  title?: ReactNode
  description?: ReactNode
  aside?: ReactNode
  children?: ReactNode
}

/** A quiet card: one subject on a page. */
export function Panel({ title, description, aside, children }: Props) {
  return (
    <section className={classes.panel}>
      {(title || aside) && (
        <div className={classes.head}>
          <div>
            {title && (
              <Title order={2} size="h4">
                {title}
              </Title>
            )}
            {description && <p className={classes.description}>{description}</p>}
          </div>
          {aside}
        </div>
      )}
      {children}
    </section>
  )
}
