import { passwordMinLength } from '../api/agreed.ts'
import type { Texts } from '../languages/languages.ts'
import { useTexts } from '../languages/speaking.tsx'
import { PasswordField } from '../shared/password-field.tsx'
import { StrengthMeter } from './strength-meter.tsx'

/** What a form says about a password that is too short. */
export const shortPassword = (texts: Texts['session']) => (value: string) =>
  value.length < passwordMinLength ? texts.tooShort({ count: passwordMinLength }) : null

/** A password that is being chosen, with how good it is. `input` is what the form gives for its field. */
export function NewPassword({ label, value, input }: { label?: string; value: string; input: object }) {
  const texts = useTexts('session')
  return (
    <>
      <PasswordField label={label ?? texts.password} autoComplete="new-password" required {...input} />
      <StrengthMeter password={value} />
    </>
  )
}
