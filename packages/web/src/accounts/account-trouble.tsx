import { Anchor, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Account } from '../api/types.ts'
import { MoreLink } from '../shared/more-link.tsx'
import { Notice } from '../shared/notice.tsx'
import { TechnicalDetails } from '../shared/technical-details.tsx'
import { whoWords } from '../shared/texts.ts'
import { LOOKS } from './state.ts'
import { texts } from './texts.ts'

/** Why an account does not work, who can fix it, and the one thing to do. */
export function AccountTrouble({ account, title, action }: { account: Account; title?: string; action?: ReactNode }) {
  const { words, tone, icon } = LOOKS[account.state]
  return (
    <Notice tone={tone} icon={icon} title={title ?? words} role="status">
      <Stack gap="xs">
        <Text size="sm">{account.sentence}</Text>
        {account.advice && <Text size="sm">{account.advice}</Text>}
        {account.link && <MoreLink href={account.link} />}
        {account.admin_consent_url && (
          <div>
            <Anchor href={account.admin_consent_url} target="_blank" rel="noreferrer" size="sm">
              {texts.adminConsent}
            </Anchor>
            <Text size="sm">{texts.adminConsentText}</Text>
          </div>
        )}
        {account.who && (
          <Text size="sm">
            {texts.whoCanFix}: {whoWords[account.who]}
          </Text>
        )}
        {action && <div>{action}</div>}
        <TechnicalDetails
          data={{ account: account.id, state: account.state, reason: account.reason, updated_at: account.updated_at }}
        />
      </Stack>
    </Notice>
  )
}
