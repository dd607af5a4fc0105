import { Title } from '@mantine/core'
import { type ReactNode, useEffect } from 'react'
import { LanguageMenu } from '../languages/language-menu.tsx'
import { useTexts } from '../languages/speaking.tsx'
import { Logo } from '../shared/logo.tsx'
import { ColorSchemeToggle } from '../shell/color-scheme-toggle.tsx'
import { AddressNotice } from './address-notice.tsx'
import classes from './door.module.css'

/** The frame of the pages before sign-in. */
export function Door({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  const shared = useTexts('shared')
  useEffect(() => {
    document.title = `${title} · ${shared.product}`
  }, [title, shared.product])
  return (
    <main className={classes.door}>
      <div className={classes.toggle}>
        <LanguageMenu />
        <ColorSchemeToggle />
      </div>
      <div className={classes.card}>
        <div className={classes.head}>
          <Logo size={48} />
          <Title order={1} size="h2">
            {title}
          </Title>
          {lead && <p className={classes.lead}>{lead}</p>}
        </div>
        <AddressNotice />
        {children}
      </div>
    </main>
  )
}
