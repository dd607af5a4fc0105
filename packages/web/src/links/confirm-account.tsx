import { Button, Group, Stack, Text } from '@mantine/core'
import { IconUserQuestion } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { isUnderWay } from '../accounts/connect-progress.ts'
import type { Connecting } from '../accounts/use-connect.ts'
import { dropAccount, keepAccount } from '../api/accounts.ts'
import { confirmAccount, samePersonQuery } from '../api/links.ts'
import type { Account, Confirmation } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { useMayConnect } from '../session/user.ts'
import { Notice } from '../shared/notice.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'

interface Props {
  account: Account
  connecting: Connecting
}

/** What its owner has to say about who connected an account: by a link, or as somebody else than it was added for. */
export function ConfirmAccount({ account, connecting }: Props) {
  const mayConnect = useMayConnect(account)
  if (!mayConnect) return null
  if (account.unconfirmed) return <ByLink account={account} />
  // Who tries again is just answering.
  if (account.added_for === undefined || isUnderWay(connecting.progress)) return null
  return <AnotherPerson account={account} addedFor={account.added_for} again={connecting.begin} />
}

function ByLink({ account }: { account: Account }) {
  const texts = useTexts('links')
  const same = useQuery(samePersonQuery(account)).data
  const confirm = useConfirm(account)
  const who = useWho(account)
  const answer = (body: Confirmation) => () => confirm.mutate(body)
  return (
    <Notice tone="warn" icon={IconUserQuestion} title={texts.confirmTitle} role="status">
      <Stack gap="xs">
        <Text size="sm">{texts.confirmText({ who })}</Text>
        {account.added_for !== undefined && <Text size="sm">{texts.confirmOther({ wanted: account.added_for })}</Text>}
        {same && <Text size="sm">{texts.confirmSame({ who, account: same.name })}</Text>}
        {confirm.error && <ProblemAlert error={confirm.error} />}
        <Group>
          {same && (
            <Button onClick={answer({ right: true, replace: true })} loading={confirm.isPending}>
              {texts.confirmReplace}
            </Button>
          )}
          <Button
            variant={same ? 'default' : 'filled'}
            onClick={answer({ right: true })}
            loading={!same && confirm.isPending}
            disabled={confirm.isPending}
          >
            {same ? texts.confirmKeepBoth : texts.confirmRight}
          </Button>
          <Button variant="default" onClick={answer({ right: false })} disabled={confirm.isPending}>
            {texts.confirmWrong}
          </Button>
        </Group>
      </Stack>
    </Notice>
  )
}

function AnotherPerson({ account, addedFor, again }: { account: Account; addedFor: string; again: () => void }) {
  const texts = useTexts('links')
  const confirm = useConfirm(account)
  const who = useWho(account)
  return (
    <Notice tone="warn" icon={IconUserQuestion} title={texts.otherTitle} role="status">
      <Stack gap="xs">
        <Text size="sm">{texts.otherText({ who, wanted: addedFor })}</Text>
        {confirm.error && <ProblemAlert error={confirm.error} />}
        <Group>
          <Button onClick={again} disabled={confirm.isPending}>
            {texts.otherAgain({ wanted: addedFor })}
          </Button>
          <Button variant="default" onClick={() => confirm.mutate({ right: true })} loading={confirm.isPending}>
            {texts.otherKeep({ who })}
          </Button>
        </Group>
      </Stack>
    </Notice>
  )
}

function useConfirm(account: Account) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (body: Confirmation) => confirmAccount(account.id, body),
    onSuccess: (changed) => {
      keepAccount(client, changed)
      // It is gone; the page goes on to the one that has its grant.
      if (changed.id !== account.id) dropAccount(client, account.id, changed.id)
    },
  })
}

function useWho({ subject }: Account): string {
  const texts = useTexts('links')
  return subject?.username ?? subject?.sub ?? texts.somebody
}
