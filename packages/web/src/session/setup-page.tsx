import { Button, Stack, Text, TextInput } from '@mantine/core'
import { isNotEmpty, useForm } from '@mantine/form'
import { IconInfoCircle } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useNavigate } from 'react-router'
import { sessionQuery, setUp } from '../api/session.ts'
import { useTexts } from '../languages/speaking.tsx'
import { Notice } from '../shared/notice.tsx'
import { ProblemAlert } from '../shared/problem-alert.tsx'
import { useLinkToken } from '../shared/use-link-token.ts'
import { Door } from './door.tsx'
import { NewPassword, shortPassword } from './new-password.tsx'

/** First run: the token comes in the fragment of the link, which browsers never send to a server. */
export function SetupPage() {
  const texts = useTexts('session')
  const client = useQueryClient()
  const navigate = useNavigate()
  const token = useLinkToken()
  const session = useQuery(sessionQuery)
  const form = useForm({
    initialValues: { name: '', password: '' },
    validate: {
      name: isNotEmpty(texts.nameMissing),
      password: shortPassword(texts),
    },
  })
  const create = useMutation({
    mutationFn: setUp,
    onSuccess: async () => {
      await client.invalidateQueries()
      await navigate('/', { replace: true })
    },
  })
  if (session.data?.setup_done && create.isIdle) {
    return (
      <Door title={texts.setupTitle}>
        <Stack>
          <Notice tone="quiet" icon={IconInfoCircle} title={texts.doneTitle}>
            <Text size="sm">{texts.doneDetail}</Text>
          </Notice>
          <Button component={Link} to="/sign-in">
            {texts.toSignIn}
          </Button>
        </Stack>
      </Door>
    )
  }
  if (!token) {
    return (
      <Door title={texts.setupTitle}>
        <Notice tone="warn" icon={IconInfoCircle} title={texts.linkTitle}>
          <Text size="sm">{texts.linkDetail}</Text>
        </Notice>
      </Door>
    )
  }
  return (
    <Door title={texts.setupTitle} lead={texts.setupLead}>
      <form onSubmit={form.onSubmit((values) => create.mutate({ token, ...values }))} noValidate>
        <Stack>
          {create.error && <ProblemAlert error={create.error} />}
          <TextInput
            label={texts.name}
            description={texts.setupNameHelp}
            autoComplete="username"
            autoFocus
            required
            {...form.getInputProps('name')}
          />
          <NewPassword value={form.values.password} input={form.getInputProps('password')} />
          <Button type="submit" size="md" loading={create.isPending} mt="xs">
            {texts.create}
          </Button>
        </Stack>
      </form>
    </Door>
  )
}
