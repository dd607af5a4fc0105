import { Anchor, Title } from '@mantine/core'
import { IconArrowLeft } from '@tabler/icons-react'
import { type ReactNode, useEffect } from 'react'
import { Link } from 'react-router'
import { useTexts } from '../languages/speaking.tsx'
import { breakable } from './breakable.tsx'
import classes from './page.module.css'

interface Props {
  title: string
  heading?: ReactNode
  description?: ReactNode
  back?: { to: string; label: string }
  action?: ReactNode
  children: ReactNode
  narrow?: boolean
}

/** Title, what the page is for, its one main action, and the content below. */
export function Page({ title, heading, description, back, action, children, narrow = false }: Props) {
  const texts = useTexts('shared')
  useEffect(() => {
    document.title = `${title} · ${texts.product}`
  }, [title, texts.product])
  return (
    <div className={classes.page} data-narrow={narrow || undefined}>
      {back && (
        <Anchor component={Link} to={back.to} size="sm" className={classes.back}>
          <IconArrowLeft size={16} aria-hidden /> {back.label}
        </Anchor>
      )}
      <div className={classes.head}>
        <div className={classes.words}>
          <Title order={1} size="h2" className={classes.title}>
            {heading ?? breakable(title)}
          </Title>
          {description && <div className={classes.description}>{description}</div>}
        </div>
        {action}
      </div>
      <div className={classes.content}>{children}</div>
    </div>
  )
}
