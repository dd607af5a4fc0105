import { notifications } from '@mantine/notifications'
import { useEffect } from 'react'
import { Navigate } from 'react-router'
import { useTexts } from '../languages/speaking.tsx'

/** The account was there already and has the new permission: on to it. */
export function ReplacedBy({ account }: { account: string }) {
  const texts = useTexts('accounts')
  useEffect(() => {
    notifications.show({ id: `replaced-${account}`, message: texts.replacedBy, color: 'evergreen' })
  }, [account, texts.replacedBy])
  return <Navigate to={`/accounts/${account}`} replace />
}
