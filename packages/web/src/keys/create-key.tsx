import { Button } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { apiKeysQuery } from '../api/api-keys.ts'
import type { Account } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { CreateKeyForm } from './create-key-form.tsx'
import { KeyOnce } from './key-once.tsx'

interface Props {
  open: boolean
  onClose: () => void
  /** What the key is for, when that is clear already. */
  account?: Account
}

/** Asks for what the key may do, then shows it this one time. The key lives in this dialog's state only. */
export function CreateKey({ open, onClose, account }: Props) {
  const texts = useTexts('keys')
  const client = useQueryClient()
  const [key, setKey] = useState<string>()
  const close = () => {
    setKey(undefined)
    onClose()
    void client.invalidateQueries({ queryKey: apiKeysQuery.queryKey })
  }
  return (
    <Dialog
      opened={open}
      onClose={close}
      title={key ? texts.onceTitle : texts.create}
      size="lg"
      // A slip beside the dialog must not lose a key that cannot be shown again.
      closeOnClickOutside={!key}
      closeOnEscape={!key}
      withCloseButton={!key}
    >
      {key ? (
        <KeyOnce value={key}>
          <Button onClick={close}>{texts.stored}</Button>
        </KeyOnce>
      ) : (
        <CreateKeyForm onCreated={setKey} account={account} />
      )}
    </Dialog>
  )
}
