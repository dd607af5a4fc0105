import { type ReactNode, useState } from 'react'
import { useTexts } from '../languages/speaking.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { SecretOnce } from './secret-once.tsx'

interface Props {
  open: boolean
  title: string
  onClose: () => void
  /** What is asked before there is a secret. */
  children: (onMade: (secret: string) => void) => ReactNode
}

/** A dialog that ends with a secret. The secret lives in its state only. */
export function SecretDialog({ open, title, onClose, children }: Props) {
  const texts = useTexts('webhooks')
  const [secret, setSecret] = useState<string>()
  const close = () => {
    setSecret(undefined)
    onClose()
  }
  return (
    <Dialog
      opened={open}
      onClose={close}
      title={secret ? texts.onceTitle : title}
      size="lg"
      // A slip beside the dialog must not lose a secret that cannot be shown again.
      closeOnClickOutside={!secret}
      closeOnEscape={!secret}
      withCloseButton={!secret}
    >
      {secret ? <SecretOnce secret={secret} onDone={close} /> : children(setSecret)}
    </Dialog>
  )
}
