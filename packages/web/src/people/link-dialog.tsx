import { type ReactNode, useState } from 'react'
import type { Invitation } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Dialog } from '../shared/dialog.tsx'
import { LinkOnce } from './link-once.tsx'

interface Props {
  open: boolean
  title: string
  onClose: () => void
  /** What is asked before there is a link. */
  children: (onMade: (invitation: Invitation) => void) => ReactNode
}

/** A dialog that ends with a link. The link lives in its state only. */
export function LinkDialog({ open, title, onClose, children }: Props) {
  const texts = useTexts('people')
  const [made, setMade] = useState<Invitation>()
  const close = () => {
    setMade(undefined)
    onClose()
  }
  return (
    <Dialog
      opened={open}
      onClose={close}
      title={made ? texts.linkTitle({ name: made.user.name }) : title}
      size="lg"
      // A slip beside the dialog must not lose a link that cannot be shown again.
      closeOnClickOutside={!made}
      closeOnEscape={!made}
      withCloseButton={!made}
    >
      {made ? <LinkOnce invitation={made} onDone={close} /> : children(setMade)}
    </Dialog>
  )
}
