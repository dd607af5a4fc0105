import { PasswordInput, type PasswordInputProps } from '@mantine/core'
import { useTexts } from '../languages/speaking.tsx'

/** A field for something secret. The button that shows it has a name in the page's language. */
export function PasswordField(props: PasswordInputProps) {
  const texts = useTexts('shared')
  return <PasswordInput visibilityToggleButtonProps={{ 'aria-label': texts.showTyped }} {...props} />
}
