import { Checkbox, Text } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { dropAccount, relistAccounts, removeAccount } from '../api/accounts.ts'
import type { Account } from '../api/types.ts'
import { useLanguage, useTexts } from '../languages/speaking.tsx'
import { ConfirmDialog } from '../shared/confirm-dialog.tsx'
import { tellRemoved } from '../shared/tell-removed.tsx'
import { accountAddress } from './account-label.ts'
import { useProviderName } from './provider-name.ts'

export function RemoveAccount({ account, open, onClose }: { account: Account; open: boolean; onClose: () => void }) {
  const texts = useTexts('accounts')
  const client = useQueryClient()
  const language = useLanguage()
  const navigate = useNavigate()
  const [revoke, setRevoke] = useState(true)
  const address = accountAddress(account)
  const provider = useProviderName(account)
  const remove = useMutation({
    mutationFn: () => removeAccount(account.id, revoke),
    onSuccess: async (removal) => {
      await navigate('/accounts', { replace: true })
      dropAccount(client, account.id)
      void relistAccounts(client)
      tellRemoved(texts.removed({ account: address }), provider, removal, language)
    },
  })
  return (
    <ConfirmDialog
      open={open}
      title={texts.removeTitle({ account: address })}
      action={texts.remove}
      busy={remove.isPending}
      error={remove.error}
      onConfirm={() => remove.mutate()}
      onClose={onClose}
    >
      <Text size="sm">{texts.removeText}</Text>
      <Checkbox
        checked={revoke}
        onChange={(event) => setRevoke(event.currentTarget.checked)}
        label={texts.removeRevoke({ provider })}
        description={texts.removeRevokeHelp}
      />
    </ConfirmDialog>
  )
}
