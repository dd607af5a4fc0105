import { Button, Stack, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { keepAccount, lookUpAgain } from '../api/accounts.ts'
import type { Account } from '../api/types.ts'
import { useLanguage } from '../languages/speaking.tsx'
import { MoreLink } from '../shared/more-link.tsx'
import { Notice } from '../shared/notice.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { TechnicalDetails } from '../shared/technical-details.tsx'
import { When } from '../shared/when.tsx'
import { FLAG_LOOKS } from './state.ts'

interface Props {
  account: Account
  failed: NonNullable<Account['look_up_failed']>
}

/** The account works, but something about it could not be asked for: what that was, who can mend it, and asking again. */
export function LookUpNotice({ account, failed: { at, code, detail, who, advice, link } }: Props) {
  const language = useLanguage()
  const { accounts: texts, shared, who: whoWords } = language.texts
  const client = useQueryClient()
  const again = useMutation({
    mutationFn: () => lookUpAgain(account.id),
    onSuccess: (changed) => keepAccount(client, changed),
  })
  return (
    <Notice {...FLAG_LOOKS.look_up_failed} title={texts.lookUpTitle} role="status">
      <Stack gap="xs">
        <Text size="sm">{texts.lookUpText}</Text>
        <Text size="sm">{advice}</Text>
        {link && <MoreLink href={link} />}
        <Text size="sm">
          {shared.whoCanFix}: {whoWords[who]}
        </Text>
        <Text size="sm" c="dimmed">
          {texts.lookUpWhen} <When at={at} past />
        </Text>
        {again.error && <ProblemAlert error={again.error} />}
        <div>
          <Button size="xs" variant="default" loading={again.isPending} onClick={() => again.mutate()}>
            {texts.lookUpAgain}
          </Button>
        </div>
        <TechnicalDetails data={{ account: account.id, code, detail, at }} />
      </Stack>
    </Notice>
  )
}
