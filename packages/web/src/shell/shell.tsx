import { Anchor, Group, Text } from '@mantine/core'
import type { MouseEvent } from 'react'
import { Link, Outlet, ScrollRestoration, useLocation } from 'react-router'
import { Live } from '../api/live.tsx'
import { useTexts } from '../languages/speaking.tsx'
import { NoticesMenu } from '../notices/notices-menu.tsx'
import { useIsAdmin } from '../session/user.ts'
import { Logo } from '../shared/logo.tsx'
import { ColorSchemeToggle } from './color-scheme-toggle.tsx'
import { useContentFocus } from './content-focus.ts'
import { ServerBanner } from './server-banner.tsx'
import classes from './shell.module.css'
import { UserMenu } from './user-menu.tsx'

/** The frame around every page of a signed-in person. */
export function Shell() {
  const shared = useTexts('shared')
  const texts = useTexts('shell')
  const { pathname } = useLocation()
  const isAdmin = useIsAdmin()
  const inSettings = pathname.startsWith('/settings')
  const inAccounts = pathname.startsWith('/accounts')
  const content = useContentFocus(pathname)
  // Not by the address: the page's base would lead to the first screen.
  const toContent = (event: MouseEvent) => {
    event.preventDefault()
    content.current?.focus()
  }
  return (
    <Live>
      <Anchor href="#content" className="skip-link" onClick={toContent}>
        {texts.skip}
      </Anchor>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link to="/" className={classes.brand} aria-label={shared.product}>
            <Logo />
            <Text component="span" fw={680} size="lg" className={classes.word}>
              {shared.product}
            </Text>
          </Link>
          <nav aria-label={texts.main} className={classes.nav}>
            {isAdmin && (
              <Link to="/" className={classes.link} aria-current={pathname === '/' ? 'page' : undefined}>
                {texts.overview}
              </Link>
            )}
            <Link to="/accounts" className={classes.link} aria-current={inAccounts ? 'page' : undefined}>
              {texts.accounts}
            </Link>
            <Link to="/settings" className={classes.link} aria-current={inSettings ? 'page' : undefined}>
              {texts.settings}
            </Link>
          </nav>
          <Group gap={4} wrap="nowrap" ms="auto">
            <NoticesMenu />
            <ColorSchemeToggle />
            <UserMenu />
          </Group>
        </div>
      </header>
      <ServerBanner />
      <main id="content" ref={content} className={classes.main} tabIndex={-1}>
        <Outlet />
      </main>
      <ScrollRestoration />
    </Live>
  )
}
