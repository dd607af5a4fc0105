import { Anchor, Group, List, Text } from '@mantine/core'
import { IconAlertTriangle, IconExternalLink } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from '../api/session.ts'
import type { Provider } from '../api/types.ts'
import { CodeBlock } from '../shared/code-block.tsx'
import { Notice } from '../shared/notice.tsx'
import { Panel } from '../shared/panel.tsx'
import { isSafeAddress } from './connection-draft.ts'
import { texts } from './texts.ts'

/** What to enter in the provider's console, with our redirect URI to the letter. */
export function Registration({ provider, redirectUri }: { provider: Provider; redirectUri: string | undefined }) {
  return (
    <Panel
      title={provider.needs_issuer ? texts.registerSomewhere : texts.registerTitle(provider.name)}
      description={texts.registerLead}
      aside={
        <Group gap="md">
          {provider.console && <OutLink href={provider.console}>{texts.openConsole}</OutLink>}
          {provider.docs && <OutLink href={provider.docs}>{texts.openDocs}</OutLink>}
        </Group>
      }
    >
      <List type="ordered" spacing="sm" styles={{ itemWrapper: { display: 'block' }, itemLabel: { display: 'block' } }}>
        <List.Item>{texts.stepRegister}</List.Item>
        {redirectUri && (
          <List.Item>
            <Text component="span" display="block" mb={6}>
              {texts.stepRedirect}
            </Text>
            <CodeBlock label={texts.redirectUri} text={redirectUri} wrap />
          </List.Item>
        )}
        <List.Item>{texts.stepCopy}</List.Item>
        {!redirectUri && <List.Item>{texts.stepSaveFirst}</List.Item>}
      </List>
      <AddressWarning />
    </Panel>
  )
}

function AddressWarning() {
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
        title={elsewhere ? texts.otherAddress(publicUrl, window.location.origin) : texts.notHttps}
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
