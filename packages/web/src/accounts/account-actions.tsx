import { Button, Group } from '@mantine/core'
import {
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnected,
  IconRefresh,
  IconStethoscope,
  IconTrash,
} from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { changeAccount, keepAccount, refreshAccount, testAccount } from '../api/accounts.ts'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { MakeLink } from '../links/make-link.tsx'
import { useMayConnect } from '../session/user.ts'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useTell } from '../shared/tell.ts'
import { OwnerOnly } from './owner-only.tsx'
import { RemoveAccount } from './remove-account.tsx'
import { TestOutcome } from './test-outcome.tsx'
import type { Connecting } from './use-connect.ts'

interface Props {
  account: Account
  connecting: Connecting
  /** A notice above already offers the repair. */
  repairing: boolean
}

export function AccountActions({ account, connecting, repairing }: Props) {
  const texts = useTexts('accounts')
  const tell = useTell()
  const client = useQueryClient()
  const mayConnect = useMayConnect(account)
  const [removing, setRemoving] = useState(false)
  const test = useMutation({
    mutationFn: () => testAccount(account.id),
    onSuccess: (outcome) => keepAccount(client, outcome.account),
  })
  const refresh = useMutation({
    mutationFn: () => refreshAccount(account.id),
    onSuccess: (fresh) => {
      keepAccount(client, fresh)
      tell(texts.refreshed)
    },
  })
  const pause = useMutation({
    mutationFn: (paused: boolean) => changeAccount(account.id, { paused }),
    onSuccess: (changed) => keepAccount(client, changed),
  })
  const paused = account.state === 'paused'
  const fresh = account.state === 'new' || account.state === 'awaiting_consent'
  return (
    <>
      <Group gap="sm">
        {mayConnect && !(repairing && account.state !== 'connection_error') && (
          <Button
            variant={fresh ? 'filled' : 'default'}
            leftSection={<IconPlugConnected size={17} aria-hidden />}
            onClick={connecting.begin}
            loading={connecting.starting}
          >
            {fresh ? texts.connect : texts.reconnect}
          </Button>
        )}
        {!fresh && (
          <>
            <Button
              variant="default"
              leftSection={<IconStethoscope size={17} aria-hidden />}
              onClick={() => test.mutate()}
              loading={test.isPending}
            >
              {texts.test}
            </Button>
            <Button
              variant="default"
              leftSection={<IconRefresh size={17} aria-hidden />}
              onClick={() => refresh.mutate()}
              loading={refresh.isPending}
            >
              {texts.refresh}
            </Button>
            <Button
              variant="default"
              leftSection={
                paused ? <IconPlayerPlay size={17} aria-hidden /> : <IconPlayerPause size={17} aria-hidden />
              }
              onClick={() => pause.mutate(!paused)}
              loading={pause.isPending}
            >
              {paused ? texts.resume : texts.pause}
            </Button>
          </>
        )}
        {mayConnect && <MakeLink account={account} />}
        <Button variant="default" leftSection={<IconTrash size={17} aria-hidden />} onClick={() => setRemoving(true)}>
          {texts.remove}
        </Button>
      </Group>
      {!mayConnect && !repairing && <OwnerOnly account={account} />}
      {test.error && <ProblemAlert error={test.error} />}
      {refresh.error && <ProblemAlert error={refresh.error} />}
      {pause.error && <ProblemAlert error={pause.error} />}
      {test.data && <TestOutcome outcome={test.data} />}
      <RemoveAccount account={account} open={removing} onClose={() => setRemoving(false)} />
    </>
  )
}
