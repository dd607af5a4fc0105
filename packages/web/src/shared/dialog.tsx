import { Modal, type ModalProps } from '@mantine/core'
import classes from './dialog.module.css'
import { texts } from './texts.ts'

/** A modal dialog. Its head is part of the dialog, not a second banner of the page (axe landmark-no-duplicate-banner). */
export function Dialog(props: ModalProps) {
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
