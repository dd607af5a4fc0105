import { Button, type PasswordInputProps } from '@mantine/core'
import { useLocation } from 'react-router'
import { ProblemError } from '../api/problem-error.ts'
import { useTexts } from '../languages/speaking.tsx'
import { PasswordField } from '../shared/password-field.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useSignOut } from './use-sign-out.ts'
import { useHasPassword } from './user.ts'

/** Asks for the own password once more. Somebody who has none is not asked: for them it counts when they signed in. */
export function OwnPassword(props: PasswordInputProps) {
  const texts = useTexts('session')
  if (!useHasPassword()) return null
  return (
    <PasswordField
      label={texts.ownPassword}
      description={texts.ownPasswordWhy}
      autoComplete="current-password"
      required
      {...props}
    />
  )
}

/** A failure of something that asks who somebody is: with the way to sign in again where that is what helps. */
export function SelfProblem({ error }: { error: unknown }) {
  const again = error instanceof ProblemError && error.problem.code === 'SIGN_IN_AGAIN'
  return <ProblemAlert error={error} action={again && <SignInAgain />} />
}

function SignInAgain() {
  const texts = useTexts('session')
  const { pathname, search } = useLocation()
  const leave = useSignOut(pathname + search)
  return (
    <Button size="xs" variant="default" loading={leave.isPending} onClick={() => leave.mutate()}>
      {texts.signInAgain}
    </Button>
  )
}
