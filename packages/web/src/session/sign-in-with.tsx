import { Button, Divider, Stack } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { beginSignIn } from '../api/session.ts'
import type { Session } from '../api/types.ts'
import { useTexts } from '../languages/speaking.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'

/** A button for each provider that people may sign in with instead of a password. The way leads there and back in this window. `from`: where it ends. */
export function SignInWith({ offers, from }: { offers: Session['sign_in_with']; from: string }) {
  const texts = useTexts('session')
  const begin = useMutation({
    mutationFn: beginSignIn,
    onSuccess: ({ url }) => window.location.assign(url),
  })
  if (offers.length === 0) return null
  return (
    <Stack mt="lg">
      <Divider label={texts.or} />
      {begin.error && <ProblemAlert error={begin.error} />}
      {offers.map(({ connection, name }) => (
        <Button
          key={connection}
          variant="default"
          size="md"
          // The page is being left: no second click.
          loading={(begin.isPending || begin.isSuccess) && begin.variables.connection === connection}
          disabled={begin.isPending || begin.isSuccess}
          onClick={() => begin.mutate({ connection, return_to: from })}
        >
          {texts.signInWith({ name })}
        </Button>
      ))}
    </Stack>
  )
}
