import { Button, Text } from '@mantine/core'
import { Link } from 'react-router'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Page } from '../shared/page.tsx'
import { accountAddress } from './account-label.ts'
import { StateBadge } from './state-badge.tsx'

/** Somebody removed the account while its page was open. */
export function RemovedAccount({ account }: { account: Account }) {
  const texts = useTexts('accounts')
  const shared = useTexts('shared')
  return (
    <Page
      title={accountAddress(account)}
      description={<StateBadge state="removed" />}
      back={{ to: '/accounts', label: texts.backToList }}
    >
      <Text role="status">{texts.removedWhileOpen}</Text>
      <div>
        <Button component={Link} to="/accounts">
          {shared.toAccounts}
        </Button>
      </div>
    </Page>
  )
}
