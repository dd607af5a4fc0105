import { Text } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useLanguage } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { signInTrouble } from './sign-in-refusals.ts'

/** Why somebody who signed in at a provider stands at the door again. */
export function SignInTrouble({ code }: { code: string }) {
  const { title, advice } = signInTrouble(code, useLanguage())
  return (
    <Notice tone="warn" icon={IconAlertTriangle} title={title} role="alert">
      <Text size="sm">{advice}</Text>
    </Notice>
  )
}
