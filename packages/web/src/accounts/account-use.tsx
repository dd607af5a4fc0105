import { Anchor, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'react-router'
import { sessionQuery } from '../api/session.ts'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { Panel } from '../shared/panel.tsx'

/** How a program gets a token for this account, ready to be copied. */
export function AccountUse({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  const session = useQuery(sessionQuery)
  const server = session.data?.public_url ?? window.location.origin
  return (
    <>
      <Panel title={texts.useKey} description={texts.useKeyText}>
        <Anchor component={Link} to="/settings/api-keys">
          {texts.makeKey}
        </Anchor>
      </Panel>
      <Panel title={texts.useCurl} description={texts.useLead}>
        <CodeBlock label={texts.useCurl} text={curlCommand(server, account.id)} />
      </Panel>
      <Panel title={texts.useScript} description={texts.useScriptText}>
        <CodeBlock label={texts.useScript} text={tokenAlone(server, account.id)} />
        <Text size="sm" c="dimmed" mt="xs">
          {texts.useScriptKey}
        </Text>
      </Panel>
    </>
  )
}

function curlCommand(server: string, id: string): string {
  return [
    `curl -fsS -X POST ${server}/v1/accounts/${id}/token \\`,
    '  -H "authorization: Bearer $EVERGRANT_API_KEY" \\',
    `  -H 'content-type: application/json' -d '{}'`,
  ].join('\n')
}

function tokenAlone(server: string, id: string): string {
  return `npx evergrant token --server ${server} --account ${id}`
}
