import { Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { sessionQuery } from '../api/session.ts'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { Panel } from '../shared/panel.tsx'
import { snippets } from './snippets.ts'

/** How a program gets a token for this account, ready to be copied. */
export function AccountUse({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  const session = useQuery(sessionQuery)
  const { curl, terminal, script } = snippets(session.data?.public_url ?? window.location.origin, account.id)
  return (
    <>
      <Panel title={texts.useCurl} description={texts.useLead}>
        <CodeBlock label={texts.useCurl} text={curl} />
      </Panel>
      <Panel title={texts.useScript} description={texts.useScriptText}>
        <CodeBlock label={texts.useScript} text={terminal} />
        <Text size="sm" c="dimmed" mt="xs">
          {texts.useScriptKey}
        </Text>
      </Panel>
      <Panel title={texts.useFetch} description={texts.useFetchText}>
        <CodeBlock label={texts.useFetch} text={script} />
      </Panel>
    </>
  )
}
