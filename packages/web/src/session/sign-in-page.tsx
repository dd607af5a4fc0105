import { Button, Stack, Text, TextInput } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { IconInfoCircle } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Navigate, useLocation, useNavigate, useSearchParams } from 'react-router'
import { sessionQuery, signIn } from '../api/session.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { PasswordField } from '../shared/password-field.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { comeFrom } from './come-from.ts'
import { Door } from './door.tsx'
import { ForgottenPassword } from './forgotten-password.tsx'
import { SignInTrouble } from './sign-in-trouble.tsx'
import { SignInWith } from './sign-in-with.tsx'

export function SignInPage() {
  const texts = useTexts('session')
  const client = useQueryClient()
  const navigate = useNavigate()
  const from = comeFrom(useLocation().state)
  const session = useQuery(sessionQuery)
  const [search] = useSearchParams()
  const refusal = search.get('problem')
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', password: '' },
    validate: { name: isNotEmpty(texts.nameMissing), password: isNotEmpty(texts.passwordMissing) },
  })
  const enter = useMutation({
    mutationFn: signIn,
    onSuccess: async () => {
      await client.invalidateQueries()
      await navigate(from, { replace: true })
    },
  })
  if (session.data?.signed_in && enter.isIdle) return <Navigate to={from} replace />
  if (session.data && !session.data.setup_done) {
    return (
      <Door title={texts.signInTitle}>
        <Notice tone="wait" icon={IconInfoCircle} title={texts.notSetUpTitle}>
          <Text size="sm">
            {texts.notSetUp} <code>{`${session.data.public_url}/setup#token=…`}</code>
          </Text>
        </Notice>
      </Door>
    )
  }
  return (
    <Door title={texts.signInTitle} lead={texts.signInLead}>
      <form onSubmit={form.onSubmit((values) => enter.mutate(values))} noValidate>
        <Stack>
          {enter.error ? <ProblemAlert error={enter.error} /> : refusal && <SignInTrouble code={refusal} />}
          <TextInput
            label={texts.name}
            autoComplete="username"
            autoFocus
            required
            key={form.key('name')}
            {...form.getInputProps('name')}
          />
          <PasswordField
            label={texts.password}
            autoComplete="current-password"
            required
            key={form.key('password')}
            {...form.getInputProps('password')}
          />
          <Button type="submit" size="md" loading={enter.isPending} mt="xs">
            {texts.signIn}
          </Button>
        </Stack>
      </form>
      <ForgottenPassword />
      <SignInWith offers={session.data?.sign_in_with ?? []} from={from} />
    </Door>
  )
}
