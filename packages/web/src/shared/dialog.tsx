import { Modal, type ModalProps } from '@mantine/core'
import { useTexts } from '../languages/speaking.tsx'
import classes from './dialog.module.css'
import { useFocusReturn } from './focus-return.ts'

/** A modal dialog. Its head is part of the dialog, not a second banner of the page (axe landmark-no-duplicate-banner). */
export function Dialog(props: ModalProps) {
  const texts = useTexts('shared')
  useFocusReturn(props.opened)
  return (
    <Modal
      centered
      returnFocus={false}
      radius="lg"
      classNames={{ content: classes.content, header: classes.header, title: classes.title }}
      attributes={{ header: { role: 'presentation' } }}
      closeButtonProps={{ 'aria-label': texts.close }}
      {...props}
    />
  )
}
