import { MantineThemeProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { useMemo } from 'react'
import { useTexts } from '../languages/speaking.tsx'

/** Where short messages come up. Their buttons have a name in the language of the page. */
export function Toasts() {
  const { close } = useTexts('shared')
  const theme = useMemo(
    () => ({ components: { Notification: { defaultProps: { closeButtonProps: { 'aria-label': close } } } } }),
    [close],
  )
  return (
    <MantineThemeProvider inherit theme={theme}>
      <Notifications position="bottom-center" limit={3} />
    </MantineThemeProvider>
  )
}
