import { Button, Group, Stack, Text } from '@mantine/core'
import { IconUserX } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { TechnicalDetails } from '../shared/technical-details.tsx'
import { accountAddress } from './account-label.ts'

interface Props {
  account: Account
  /** Who signed in; undefined: the provider did not say. */
  used: string | undefined
  again: ReactNode
}

/** Somebody else signed in than the account belongs to: who, and the two ways on. */
export function WrongAccount({ account, used, again }: Props) {
  const texts = useTexts('accounts')
  const expected = account.subject?.username ?? account.subject?.sub ?? accountAddress(account)
  return (
    <Notice tone="warn" icon={IconUserX} title={texts.wrongTitle}>
      <Stack gap="xs">
        <Text size="sm">
          {used === undefined ? texts.wrongUnknown({ expected }) : texts.wrongText({ used, expected })}
        </Text>
        <Text size="sm">{texts.wrongMend({ expected })}</Text>
        <Group gap="sm">
          {again}
          <Button component={Link} to="/accounts/new" size="xs" variant="default">
            {texts.wrongAdd}
          </Button>
        </Group>
        <TechnicalDetails data={{ account: account.id, code: 'WRONG_ACCOUNT', at: account.consent_failed?.at }} />
      </Stack>
    </Notice>
  )
}
