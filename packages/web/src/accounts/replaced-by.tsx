import { useEffect, useRef } from 'react'
import { Navigate } from 'react-router'
import { useTexts } from '../languages/speaking.tsx'
import { useTell } from '../shared/tell.ts'

/** The account was there already and has the new permission: on to it. */
export function ReplacedBy({ account }: { account: string }) {
  const texts = useTexts('accounts')
  const tell = useTell()
  const told = useRef(false)
  useEffect(() => {
    if (!told.current) tell(texts.replacedBy, { id: `replaced-${account}` })
    told.current = true
  }, [account, tell, texts.replacedBy])
  return <Navigate to={`/accounts/${account}`} replace />
}
