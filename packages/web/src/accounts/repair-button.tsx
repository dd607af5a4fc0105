import { Button } from '@mantine/core'
import { Link } from 'react-router'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { useIsAdmin, useMayConnect } from '../session/user.ts'
import { OwnerOnly } from './owner-only.tsx'
import type { Connecting } from './use-connect.ts'

/** The one thing that helps an account in trouble: consent again, or the connection's settings. */
export function RepairButton({ account, connecting }: { account: Account; connecting: Connecting }) {
  const texts = useTexts('accounts')
  const isAdmin = useIsAdmin()
  const mayConnect = useMayConnect(account)
  if (account.state === 'connection_error') {
    if (!isAdmin) return null
    return (
      <Button component={Link} to={`/settings/connections/${account.connection.id}`} size="xs">
        {texts.openConnection}
      </Button>
    )
  }
  if (!mayConnect) return <OwnerOnly account={account} />
  return (
    <Button size="xs" onClick={connecting.begin} loading={connecting.starting}>
      {texts.reconnect}
    </Button>
  )
}
