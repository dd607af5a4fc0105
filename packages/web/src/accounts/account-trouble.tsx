import { Anchor, Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { MoreLink } from '../shared/more-link.tsx'
import { Notice } from '../shared/notice.tsx'
import { TechnicalDetails } from '../shared/technical-details.tsx'
import { LOOKS } from './state.ts'

interface Props {
  account: Account
  title?: string
  action?: ReactNode
  /** A screen reader has been told by something else. */
  said?: boolean
}

/** Why an account does not work, who can fix it, and the one thing to do. */
export function AccountTrouble({ account, title, action, said = false }: Props) {
  const texts = useTexts('accounts')
  const whoWords = useTexts('who')
  const shared = useTexts('shared')
  const words = useTexts('states')
  const { tone, icon } = LOOKS[account.state]
  return (
    <Notice tone={tone} icon={icon} title={title ?? words[account.state]} {...(said ? {} : { role: 'status' })}>
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
            {shared.whoCanFix}: {whoWords[account.who]}
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
