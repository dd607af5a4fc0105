import { Anchor, Collapse, Group, Text, UnstyledButton } from '@mantine/core'
import { IconAlertTriangle, IconChevronRight, IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { sessionQuery } from '../api/session.ts'
import type { Provider } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { Notice } from '../shared/notice.tsx'
import { Panel } from '../shared/panel.tsx'
import classes from '../shared/technical-details.module.css'
import { isSafeAddress } from './connection-draft.ts'
import { SetupSteps } from './setup-steps.tsx'

interface Props {
  provider: Provider
  redirectUri: string | undefined
  /** Whether there is a connection already. */
  made: boolean
}

/** What to enter in the provider's console, with our redirect URI to the letter. */
export function Registration({ provider, redirectUri, made }: Props) {
  const texts = useTexts('connections')
  // Whoever comes back to a connection has registered it.
  const [open, setOpen] = useState(!made)
  const id = useId()
  return (
    <Panel
      title={provider.needs_issuer ? texts.registerSomewhere : texts.registerTitle({ provider: provider.name })}
      description={texts.registerLead}
      aside={
        <Group gap="md">
          {provider.console && <OutLink href={provider.console}>{texts.openConsole}</OutLink>}
          {provider.docs && <OutLink href={provider.docs}>{texts.openDocs}</OutLink>}
        </Group>
      }
    >
      <UnstyledButton className={classes.toggle} onClick={() => setOpen(!open)} aria-expanded={open} aria-controls={id}>
        <IconChevronRight size={15} className={classes.arrow} data-open={open || undefined} aria-hidden />
        {open ? texts.hideGuide : texts.showGuide}
      </UnstyledButton>
      <Collapse expanded={open} id={id}>
        <div className={classes.body}>
          <SetupSteps key={provider.id} guide={provider.guide} redirectUri={redirectUri} />
        </div>
      </Collapse>
      {!open && redirectUri && (
        <div className={classes.body}>
          <CodeBlock label={texts.redirectUriHere} text={redirectUri} wrap />
        </div>
      )}
      <AddressWarning />
    </Panel>
  )
}

function AddressWarning() {
  const texts = useTexts('connections')
  const session = useQuery(sessionQuery)
  const publicUrl = session.data?.public_url
  if (!publicUrl || !URL.canParse(publicUrl)) return null
  const elsewhere = new URL(publicUrl).origin !== window.location.origin
  if (!elsewhere && isSafeAddress(publicUrl)) return null
  return (
    <Group mt="md">
      <Notice
        tone="warn"
        icon={IconAlertTriangle}
        title={elsewhere ? texts.otherAddress({ address: publicUrl, here: window.location.origin }) : texts.notHttps}
      >
        {elsewhere && <Text size="sm">{texts.otherAddressAdvice}</Text>}
      </Notice>
    </Group>
  )
}

function OutLink({ href, children }: { href: string; children: string }) {
  return (
    <Anchor href={href} target="_blank" rel="noreferrer" size="sm">
      {children} <IconExternalLink size={14} aria-hidden style={{ verticalAlign: '-2px' }} />
    </Anchor>
  )
}
