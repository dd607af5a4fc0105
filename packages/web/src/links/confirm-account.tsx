import { Button, Group, Stack, Text } from '@mantine/core'
import { IconUserQuestion } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { keepAccount } from '../api/accounts.ts'
import { confirmAccount } from '../api/links.ts'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'

/** Somebody connected the account by a link: its owner says whether it was the right person. */
export function ConfirmAccount({ account }: { account: Account }) {
  const texts = useTexts('links')
  const client = useQueryClient()
  const confirm = useMutation({
    mutationFn: (right: boolean) => confirmAccount(account.id, right),
    onSuccess: (changed) => keepAccount(client, changed),
  })
  const who = account.subject?.username ?? account.subject?.sub ?? texts.somebody
  return (
    <Notice tone="warn" icon={IconUserQuestion} title={texts.confirmTitle} role="status">
      <Stack gap="xs">
        <Text size="sm">{texts.confirmText({ who })}</Text>
        {confirm.error && <ProblemAlert error={confirm.error} />}
        <Group>
          <Button onClick={() => confirm.mutate(true)} loading={confirm.isPending}>
            {texts.confirmRight}
          </Button>
          <Button variant="default" onClick={() => confirm.mutate(false)} disabled={confirm.isPending}>
            {texts.confirmWrong}
          </Button>
        </Group>
      </Stack>
    </Notice>
  )
}
