import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { CodeBlock } from '../shared/code-block.tsx'
import { Panel } from '../shared/panel.tsx'

/** The record as the API gives it. It has no token fields, so there is nothing to hide. */
export function AccountTechnical({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  return (
    <Panel title={texts.tabs.technical} description={texts.technicalLead}>
      <CodeBlock label={texts.tabs.technical} text={JSON.stringify(account, null, 2)} wrap />
    </Panel>
  )
}
