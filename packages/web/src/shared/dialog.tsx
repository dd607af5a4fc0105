import { Modal, type ModalProps } from '@mantine/core'
import { useTexts } from '../languages/speaking.tsx'
import classes from './dialog.module.css'

/** A modal dialog. Its head is part of the dialog, not a second banner of the page (axe landmark-no-duplicate-banner). */
export function Dialog(props: ModalProps) {
  const texts = useTexts('shared')
  return (
    <Modal
      centered
      radius="lg"
      classNames={{ content: classes.content, header: classes.header, title: classes.title }}
      attributes={{ header: { role: 'presentation' } }}
      closeButtonProps={{ 'aria-label': texts.close }}
      {...props}
    />
  )
}
