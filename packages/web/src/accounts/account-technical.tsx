import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { useIsAdmin } from '../session/user.ts'
import { CodeBlock } from '../shared/code-block.tsx'
import { Panel } from '../shared/panel.tsx'
import { RevealToken } from './reveal-token.tsx'

/** The record as the API gives it. It has no token fields, so there is nothing to hide. */
export function AccountTechnical({ account }: { account: Account }) {
  const isAdmin = useIsAdmin()
  const texts = useTexts('accounts')
  return (
    <>
      <Panel title={texts.tabs.technical} description={texts.technicalLead}>
        <CodeBlock label={texts.tabs.technical} text={JSON.stringify(account, null, 2)} wrap />
      </Panel>
      {isAdmin && account.version > 0 && <RevealToken account={account} />}
    </>
  )
}
