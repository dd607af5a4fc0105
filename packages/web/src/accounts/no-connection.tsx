import { Button } from '@mantine/core'
import { IconPlugConnected } from '@tabler/icons-react'
import { Link } from 'react-router'
import { useTexts } from '../languages/speaking.tsx'
import { useIsAdmin } from '../session/user.ts'
import { EmptyState } from '../shared/empty-state.tsx'

/** Nothing can be connected before an administrator has added a connection. */
export function NoConnection() {
  const texts = useTexts('accounts')
  const add = (
    <Button component={Link} to="/settings/connections/new">
      {texts.addConnection}
    </Button>
  )
  const isAdmin = useIsAdmin()
  return (
    <EmptyState icon={IconPlugConnected} title={texts.emptyNoConnectionTitle} action={isAdmin && add}>
      {isAdmin ? texts.emptyNoConnection : texts.emptyNoConnectionMember}
    </EmptyState>
  )
}
